using System.Globalization;
using System.Text.RegularExpressions;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Reading;

/// <summary>Turns the messages of an ffmpeg that failed into an error.</summary>
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

        return MediaErrors.Damaged(path, Words(log));
    }

    /// <summary>ffmpeg's first error, fit to be quoted; <c>null</c> if it reported no error.</summary>
    public static string? Words(FfmpegLog log)
    {
        IReadOnlyList<string> errors = log.Errors;
        return errors.Count == 0 ? null : PrintableText.Of(Location().Replace(errors[0], "").TrimEnd('.', ' '));
    }

    // The fixed name under which ffmpeg saw the file, which means nothing to the user.
    [GeneratedRegex(@"^file:(/proc/self/fd/\d+|\.\./\S+): ")]
    private static partial Regex Location();

    [GeneratedRegex(@"Picture size (\d+)x(\d+) exceeds")]
    private static partial Regex PictureSize();
}
