namespace Vgpnn.Client.Reporting;

/// <summary>Properties of the terminal.</summary>
internal static class TerminalInfo
{
    /// <summary>Whether to use colours (see no-color.org).</summary>
    public static bool HasColor { get; } =
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !IsDumb;

    /// <summary>Whether the terminal cannot move its cursor.</summary>
    public static bool IsDumb => Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";

    /// <summary>Width in columns; 80 without a terminal.</summary>
    public static int Width(bool redirected)
    {
        if (redirected) return 80;
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
