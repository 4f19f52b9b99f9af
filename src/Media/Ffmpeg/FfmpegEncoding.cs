using System.Globalization;
using FFMpegCore;
using FFMpegCore.Enums;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>
/// Encodes raw frames. Everything that could make bytes differ from machine to machine is fixed: the number of threads,
/// exact scaling, and no version, date or random identifier in the container.
/// </summary>
internal static class FfmpegEncoding
{
    /// <summary>Name of the output in the call's directory.</summary>
    public const string Output = "output";

    /// <summary>Options of ffmpeg's scaler: exact in every step and the same on every processor; chroma is interpolated.</summary>
    public const string Scaler = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact:sws_dither=none";

    /// <summary>The fastest rate at which players show a GIF: they take delays below 2/100 s for 10/100 s.</summary>
    private const int FastestGif = 50;

    // Fixed, because the encoders' output depends on it.
    private const int Threads = 4;

    private const string ToVideoColours = $"scale=out_color_matrix=bt709:out_range=limited:{Scaler},format=yuv420p,"
        + "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=limited";

    /// <summary>Encodes the run's input to <see cref="Output"/>.</summary>
    /// <param name="run">The run; it feeds frames as rows of 8-bit RGB.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="rate">Frame rate.</param>
    /// <param name="format">Container and codec.</param>
    /// <param name="comment">Text stored in containers that have a place for it, in mp4 and webm; <c>null</c> for none.</param>
    /// <param name="cancellation">Kills ffmpeg.</param>
    public static Task<FfmpegOutcome> ToFileAsync(
        FfmpegRun run, int width, int height, FrameRate rate, ClipFormat format, string? comment, CancellationToken cancellation) =>
        RunAsync(
            run, width, height, rate,
            options => Format(options, width, height, rate, format).With(comment is null ? [] : ["-metadata", "comment=" + comment]),
            cancellation);

    /// <summary>Encodes without loss to <see cref="Output"/>: FFV1 in Matroska, for programs rather than players.</summary>
    /// <inheritdoc cref="ToFileAsync"/>
    public static Task<FfmpegOutcome> LosslessAsync(FfmpegRun run, int width, int height, FrameRate rate, CancellationToken cancellation) => RunAsync(
        run, width, height, rate,
        options => options.WithVideoCodec("ffv1").WithPixelFormat("bgr0").With("-level", "3").WithThreads(Threads).ForceFormat("matroska"),
        cancellation);

    private static Task<FfmpegOutcome> RunAsync(
        FfmpegRun run, int width, int height, FrameRate rate, Action<FFMpegOutputOptions> format, CancellationToken cancellation) =>
        FfmpegRunner.FfmpegAsync(
            run,
            [
                "-hide_banner", "-nostats", "-loglevel", "level+error", "-y", "-protocol_whitelist", "file,pipe",
                "-f", "rawvideo", "-pixel_format", "rgb24",
                "-video_size", string.Create(CultureInfo.InvariantCulture, $"{width}x{height}"),
                "-framerate", rate.ToString(),
                "-i", "pipe:0",
            ],
            arguments => arguments.OutputToUrl(
                "file:../" + Output,
                options => format(options.WithoutMetadata().With("-fflags", "+bitexact", "-flags:v", "+bitexact").WithFpsMode(FpsMode.Passthrough))),
            cancellation);

    private static FFMpegOutputOptions Format(FFMpegOutputOptions options, int width, int height, FrameRate rate, ClipFormat format) => format switch
    {
        ClipFormat.Mp4 => options
            .With("-vf", PadToEven(width, height) + ToVideoColours)
            .WithVideoCodec("libx264").WithSpeedPreset(EncoderPreset.Medium).WithConstantRateFactor(15).WithThreads(Threads)
            .With("-movflags", "+faststart+write_colr").ForceFormat("mp4"),
        ClipFormat.Webm => options
            .With("-vf", ToVideoColours)
            .WithVideoCodec("libvpx-vp9").WithConstantRateFactor(18)
            .With("-b:v", "0", "-deadline", "good", "-cpu-used", "4", "-row-mt", "0", "-tile-columns", "2")
            .WithThreads(Threads).ForceFormat("webm"),
        ClipFormat.Gif => options.With("-filter_complex", GifChain(rate), "-loop", "0").ForceFormat("gif"),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    // yuv420p in H.264 needs even sizes: the last column or row is repeated, so that no foreign colour bleeds in.
    private static string PadToEven(int width, int height)
    {
        int right = width % 2, bottom = height % 2;
        return right + bottom == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture,
                $"format=gbrp,pad=w={width + right}:h={height + bottom}:x=0:y=0,fillborders=right={right}:bottom={bottom}:mode=smear,");
    }

    // The palette is known only after the last frame: ffmpeg holds all of them until then.
    private static string GifChain(FrameRate rate)
    {
        string limit = rate.Value > FastestGif ? $"fps={FastestGif}," : "";
        return $"[0:v]{limit}split[all][sample];[sample]palettegen[palette];[all][palette]paletteuse=dither=sierra2_4a";
    }
}
