using System.Globalization;
using System.Text.RegularExpressions;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>Turns what ffmpeg says when it fails into a sentence for the user.</summary>
internal static partial class DecodeFailure
{
    /// <summary>The error that explains a log.</summary>
    public static VgpnnException From(string path, FfmpegLog log, MediaLimits limits)
    {
        if (log.Says("Cannot allocate memory") || log.Says("Resource temporarily unavailable")) return MediaErrors.TooMuchMemory(path);
        if (log.Says("Permission denied")) return MediaErrors.Unreadable(path, new UnauthorizedAccessException());
        foreach (string line in log.Errors)
        {
            if (PictureSize().Match(line) is { Success: true } size
                && long.TryParse(size.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long width)
                && long.TryParse(size.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long height))
            {
                return MediaErrors.TooLarge(path, width, height, limits.MaxPixelsPerFrame);
            }
        }

        return MediaErrors.Damaged(path, Words(log, path));
    }

    /// <summary>ffmpeg's first words, fit to be quoted; null where it said nothing.</summary>
    public static string? Words(FfmpegLog log, string path)
    {
        IReadOnlyList<string> errors = log.Errors;
        return errors.Count == 0 ? null : PrintableText.Of(errors[0].Replace("file:" + path + ": ", "", StringComparison.Ordinal).TrimEnd('.', ' '));
    }

    [GeneratedRegex(@"Picture size (\d+)x(\d+) exceeds")]
    private static partial Regex PictureSize();
}
