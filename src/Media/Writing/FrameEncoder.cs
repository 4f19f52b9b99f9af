using Vgpnn.Kernels.Volumes;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Reading;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Writing;

/// <summary>Encodes a clip, which may be still to come, to a file.</summary>
/// <param name="programs">Where ffmpeg is looked for.</param>
/// <param name="name">The output as the caller named it, for messages.</param>
/// <param name="clip">The clip.</param>
/// <param name="extent">Its frames, rows and columns.</param>
/// <param name="rate">Its frame rate.</param>
internal sealed class FrameEncoder(ProgramPath programs, string name, Task<Clip> clip, Extent extent, FrameRate rate)
{
    /// <summary>Encodes to <paramref name="target"/>, a file.</summary>
    /// <exception cref="VgpnnException">Kind Device: it cannot be written.</exception>
    public Task EncodeAsync(string target, ClipFormat format, string? comment, CancellationToken cancellation) =>
        RunAsync(target, run => FfmpegEncoding.ToFileAsync(run, extent.W, extent.H, rate, format, comment, cancellation));

    /// <summary>Encodes without loss to <paramref name="target"/>, a file.</summary>
    /// <exception cref="VgpnnException">Kind Device: it cannot be written.</exception>
    public Task LosslessAsync(string target, CancellationToken cancellation) =>
        RunAsync(target, run => FfmpegEncoding.LosslessAsync(run, extent.W, extent.H, rate, cancellation));

    private async Task RunAsync(string target, Func<FfmpegRun, Task<FfmpegOutcome>> encode)
    {
        using var directory = CallDirectory.Create();
        directory.Link(FfmpegEncoding.Output, target);
        FfmpegOutcome outcome = await encode(new FfmpegRun(programs, directory) { Feed = Feed }).ConfigureAwait(false);

        // ffmpeg can end with 0 although the last bytes did not fit: an error that it mentions counts as one.
        FfmpegLog log = outcome.Log;
        if (outcome.ExitCode == 0 && log.Errors.Count == 0) return;
        if (log.Says("Unrecognized option")) throw MediaErrors.ToolTooOld();
        if (log.Says("No space left on device") || log.Says("Disk quota exceeded")) throw MediaErrors.DiskFull(name);
        if (log.Says("Permission denied")) throw MediaErrors.OutputDenied(name);
        throw MediaErrors.OutputFailed(name, DecodeFailure.Words(log) ?? $"ffmpeg exited with {outcome.ExitCode}");
    }

    private void Feed(Stream stream)
    {
        foreach (byte[] frame in clip.GetAwaiter().GetResult().Frames) stream.Write(frame);
    }
}
