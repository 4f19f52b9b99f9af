namespace Vgpnn.Synthesis.Errors;

/// <summary>Makes text of unknown origin safe for terminals and logs.</summary>
public static class PrintableText
{
    private const int Longest = 120;

    /// <summary>The file name at the end of <paramref name="path"/>, printable.</summary>
    public static string FileName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (name.Length == 0) name = path.Length == 0 ? "(empty path)" : path;
        return Of(name);
    }

    /// <summary>The first 120 characters of <paramref name="text"/>, with control characters and surrogates replaced by <c>?</c>.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string shortened = text.Length > Longest ? string.Concat(text.AsSpan(0, Longest), "…") : text;
        return string.Concat(shortened.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
