namespace Vgpnn.Client.CommandLine;

/// <summary>Paths as they are typed.</summary>
internal static class PathText
{
    /// <summary>Any text but an empty one, or one that no file system can hold.</summary>
    public static bool TryParse(string text, out string path)
    {
        path = text;
        return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);
    }
}
