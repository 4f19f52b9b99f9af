using System.Text;
using FFMpegCore;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>Words in the one string that FFMpegCore hands to the system, which splits it at blanks outside quotes.</summary>
internal static class CommandLine
{
    /// <summary>Adds words as they are; the program receives each of them as one argument.</summary>
    public static FFMpegOutputOptions With(this FFMpegOutputOptions options, params IEnumerable<string> words) =>
        options.WithCustomArgument(Join(words));

    /// <summary>Words as one string, from which <see cref="System.Diagnostics.ProcessStartInfo.Arguments"/> makes the same words.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    // Backslashes have a meaning before a quotation mark only; there each is written twice.
    private static string Quote(string word)
    {
        if (word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || c is '"' or '\\')) return word;
        var quoted = new StringBuilder("\"");
        int backslashes = 0;
        foreach (char c in word)
        {
            if (c == '"') quoted.Append('\\', backslashes + 1);
            backslashes = c == '\\' ? backslashes + 1 : 0;
            quoted.Append(c);
        }

        return quoted.Append('\\', backslashes).Append('"').ToString();
    }
}
