namespace Vgpnn.Client.CommandLine;

/// <summary>Parses paths.</summary>
internal static class PathText
{
    /// <summary>Accepts any text that is not empty and that a file system can store.</summary>
    public static bool TryParse(string text, out string path)
    {
        path = text;
        return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);
    }
}
