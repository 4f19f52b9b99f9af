using FFMpegCore;
using FFMpegCore.Enums;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>Decodes the first video stream of an input.</summary>
internal static class FfmpegDecoding
{
    /// <summary>Writes every decoded frame once, whatever its time, as raw pixels to the run's output.</summary>
    /// <param name="run">The run.</param>
    /// <param name="input">The input.</param>
    /// <param name="decoder">A decoder that must be used; <c>null</c> for ffmpeg's default.</param>
    /// <param name="filter">The chain of filters, which ends with the pixel format.</param>
    /// <param name="most">Maximum number of frames.</param>
    /// <param name="cancellation">Kills ffmpeg.</param>
    public static Task<FfmpegOutcome> FramesAsync(
        FfmpegRun run, InputArguments input, string? decoder, string filter, int most, CancellationToken cancellation) => RunAsync(
        run, input, decoder, options => options.With("-vf", filter).WithFpsMode(FpsMode.Passthrough).WithFrameCount(most).ForceFormat("rawvideo"), cancellation);

    /// <summary>Writes a line for each decoded frame; the third of its fields, between commas, is the frame's time.</summary>
    /// <inheritdoc cref="FramesAsync"/>
    public static Task<FfmpegOutcome> ListAsync(FfmpegRun run, InputArguments input, string? decoder, CancellationToken cancellation) =>
        RunAsync(run, input, decoder, options => options.WithFpsMode(FpsMode.Passthrough).ForceFormat("framecrc"), cancellation);

    private static Task<FfmpegOutcome> RunAsync(
        FfmpegRun run, InputArguments input, string? decoder, Action<FFMpegOutputOptions> output, CancellationToken cancellation)
    {
        string[] choice = decoder is null ? [] : ["-c:v", decoder];
        return FfmpegRunner.FfmpegAsync(
            run,
            ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+verbose", .. choice, .. input.Options, "-i", input.Location],
            arguments => arguments.OutputToUrl(
                "pipe:1",
                options => output(options.With("-map", "0:V:0").DisableAudio().DisableSubtitles().DisableData().WithoutMetadata())),
            cancellation);
    }
}
