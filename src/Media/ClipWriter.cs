using Vgpnn.Kernels.Volumes;
using Vgpnn.Media.Stills;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>
/// Writes clips: videos through ffmpeg, PNG frames in this process. What is written appears whole or not at all. The same clip
/// gives the same bytes with the same version of ffmpeg, or for PNG of the program, whatever the machine.
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
    public static Task WriteAsync(Clip clip, string path, ClipFormat format, string? comment = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return WriteAsync(Task.FromResult(clip), clip.Extent, clip.FrameRate, path, format, comment, cancellation);
    }

    /// <summary>Writes a clip that is still being made: the encoder starts meanwhile, and nothing is left of it where the clip never comes.</summary>
    /// <param name="clip">The frames to come; what it ends with is thrown. It must end once <paramref name="cancellation"/> is called for.</param>
    /// <param name="extent">Their number, rows and columns.</param>
    /// <param name="frameRate">Their pace.</param>
    /// <param name="path">As for a clip that is there.</param>
    /// <param name="format">What to write.</param>
    /// <param name="comment">As for a clip that is there.</param>
    /// <param name="cancellation">Stops ffmpeg and leaves nothing behind.</param>
    /// <exception cref="VgpnnException">Kind Device: no permission, no space, no ffmpeg.</exception>
    public static Task WriteAsync(
        Task<Clip> clip, Extent extent, FrameRate frameRate, string path, ClipFormat format, string? comment, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return WriteAsync(FfmpegTools.OnPath, clip, new Size(extent.W, extent.H), frameRate, path, format, comment, cancellation);
    }

    /// <summary>Writes <paramref name="clip"/> to a file of its own without losing a bit: FFV1 in Matroska, for programs and not for players.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="path">The file; what is there is replaced.</param>
    /// <param name="cancellation">Stops ffmpeg; what it has written is left to the caller.</param>
    /// <exception cref="VgpnnException">Kind Device: no permission, no space, no ffmpeg.</exception>
    public static async Task WriteLosslessAsync(Clip clip, string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        IReadOnlyList<string> arguments = EncodeArguments.Lossless(new Size(clip.Width, clip.Height), clip.FrameRate, path);
        Check(path, await EncodeAsync(FfmpegTools.OnPath, arguments, Task.FromResult(clip), cancellation).ConfigureAwait(false));
    }

    internal static async Task WriteAsync(
        FfmpegTools tools, Task<Clip> clip, Size size, FrameRate rate, string path, ClipFormat format, string? comment, CancellationToken cancellation)
    {
        using StagedOutput staged = StagedOutput.Create(Path.GetFullPath(path), format);
        if (format == ClipFormat.Png)
        {
            Clip frames = await clip.WaitAsync(cancellation).ConfigureAwait(false);
            await Task.Run(() => staged.Fill(directory => PngFrames.Write(frames, directory, cancellation)), cancellation).ConfigureAwait(false);
            staged.Commit();
            return;
        }

        FfmpegOutcome outcome = await EncodeAsync(tools, EncodeArguments.For(size, rate, staged.Path, format, comment), clip, cancellation).ConfigureAwait(false);
        Check(path, outcome);
        staged.Commit();
    }

    private static Task<FfmpegOutcome> EncodeAsync(FfmpegTools tools, IReadOnlyList<string> arguments, Task<Clip> clip, CancellationToken cancellation)
    {
        var run = new FfmpegRun(tools.Ffmpeg, arguments)
        {
            Feed = stream =>
            {
                foreach (byte[] frame in clip.GetAwaiter().GetResult().Frames) stream.Write(frame);
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
