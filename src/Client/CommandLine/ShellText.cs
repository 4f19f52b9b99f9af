namespace Vgpnn.Client.CommandLine;

/// <summary>Command lines that can be pasted into a shell.</summary>
internal static class ShellText
{
    /// <summary>The arguments, each quoted where it needs to be.</summary>
    public static string Join(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    /// <summary>One argument, in single quotes unless every character is plain.</summary>
    public static string Quote(string argument) =>
        argument.Length > 0 && argument.All(IsPlain) ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "-_./,:=+@%".Contains(c, StringComparison.Ordinal);
}
