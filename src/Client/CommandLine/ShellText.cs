namespace Vgpnn.Client.CommandLine;

/// <summary>Quotes command lines for a shell.</summary>
internal static class ShellText
{
    /// <summary>Joins arguments, quoted where needed.</summary>
    public static string Join(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    /// <summary>Quotes an argument unless all of its characters are safe.</summary>
    public static string Quote(string argument) =>
        argument.Length > 0 && argument.All(IsSafe) ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsSafe(char c) => char.IsAsciiLetterOrDigit(c) || "-_./,:=+@%".Contains(c, StringComparison.Ordinal);
}
