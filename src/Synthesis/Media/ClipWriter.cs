namespace Vgpnn.Synthesis.Media;

/// <summary>What a clip is written as.</summary>
public enum ClipFormat
{
    /// <summary>H.264, yuv420p, BT.709, faststart: plays everywhere. Where a side is odd, its last column or row is shown twice.</summary>
    Mp4,

    /// <summary>An endless animated GIF with a palette of its own. Of clips faster than 50 frames a second, which players do not show, frames are left out.</summary>
    Gif,

    /// <summary>VP9 in WebM, BT.709.</summary>
    Webm,

    /// <summary>A directory of numbered PNG frames, 00001.png and on: lossless, without a pace.</summary>
    Png,
}

/// <summary>
/// Writes clips through ffmpeg; what is written appears whole or not at all. The same clip gives the same bytes with the
/// same version of ffmpeg, whatever the machine.
/// </summary>
public static class ClipWriter
{
    /// <summary>The file name's ending, with its dot; empty for <see cref="ClipFormat.Png"/>, which is a directory.</summary>
    public static string Extension(ClipFormat format) => format switch
    {
        ClipFormat.Mp4 => ".mp4",
        ClipFormat.Gif => ".gif",
        ClipFormat.Webm => ".webm",
        ClipFormat.Png => "",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Writes <paramref name="clip"/> to <paramref name="path"/>, replacing what is there.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="path">A file, or for PNG a directory; its parent exists. A directory is only replaced where it holds nothing but such frames.</param>
    /// <param name="format">What to write.</param>
    /// <param name="comment">Stored in the container's comment where it has one: in mp4 and webm.</param>
    /// <param name="cancellation">Stops ffmpeg and leaves nothing behind.</param>
    /// <exception cref="VgpnnException">Kind Device: no permission, no space, no ffmpeg.</exception>
    public static Task WriteAsync(Clip clip, string path, ClipFormat format, string? comment = null, CancellationToken cancellation = default) =>
        WriteAsync(FfmpegTools.OnPath, clip, path, format, comment, cancellation);

    /// <summary>Writes <paramref name="clip"/> to a file of its own without losing a bit: FFV1 in Matroska, for programs and not for players.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="path">The file; what is there is replaced.</param>
    /// <param name="cancellation">Stops ffmpeg; what it has written is left to the caller.</param>
    /// <exception cref="VgpnnException">Kind Device: no permission, no space, no ffmpeg.</exception>
    public static async Task WriteLosslessAsync(Clip clip, string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        Check(path, await EncodeAsync(FfmpegTools.OnPath, EncodeArguments.Lossless(clip, path), clip, cancellation).ConfigureAwait(false));
    }

    internal static async Task WriteAsync(
        FfmpegTools tools, Clip clip, string path, ClipFormat format, string? comment, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(clip);
        using StagedOutput staged = StagedOutput.Create(Path.GetFullPath(path), format);
        Check(path, await EncodeAsync(tools, EncodeArguments.For(clip, staged.Path, format, comment), clip, cancellation).ConfigureAwait(false));
        staged.Commit();
    }

    private static Task<FfmpegOutcome> EncodeAsync(FfmpegTools tools, IReadOnlyList<string> arguments, Clip clip, CancellationToken cancellation)
    {
        var run = new FfmpegRun(tools.Ffmpeg, arguments)
        {
            Feed = stream =>
            {
                foreach (byte[] frame in clip.Frames) stream.Write(frame);
            },
        };
        return FfmpegProcess.RunAsync(run, cancellation);
    }

    private static void Check(string path, FfmpegOutcome outcome)
    {
        // ffmpeg can end with 0 though the last bytes did not fit: an error it mentions counts as one.
        FfmpegLog log = outcome.Log;
        if (outcome.ExitCode == 0 && log.Errors.Count == 0) return;
        if (log.Says("Unrecognized option")) throw MediaErrors.ToolTooOld();
        if (log.Says("No space left on device") || log.Says("Disk quota exceeded")) throw MediaErrors.DiskFull(path);
        if (log.Says("Permission denied")) throw MediaErrors.OutputDenied(path);
        throw MediaErrors.OutputFailed(path, DecodeFailure.Words(log, path) ?? $"ffmpeg ended with {outcome.ExitCode}");
    }
}
