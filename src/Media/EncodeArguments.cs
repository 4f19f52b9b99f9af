using System.Globalization;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>
/// ffmpeg's arguments for writing a clip. Everything that could make bytes differ from machine to machine is fixed: the
/// number of threads, exact scaling, and no version, date or random identifier in the container.
/// </summary>
internal static class EncodeArguments
{
    /// <summary>The fastest rate at which players show a GIF: shorter delays than 2/100 s are taken for 10/100 s.</summary>
    private const int FastestGif = 50;

    // Fixed, because the encoders' output depends on it.
    private const string Threads = "4";

    private const string ToVideoColours = $"scale=out_color_matrix=bt709:out_range=limited:{DecodePlan.Scaler},format=yuv420p,"
        + "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=limited";

    /// <summary>The arguments that make <paramref name="target"/> of raw frames on the standard input.</summary>
    /// <param name="size">Columns and rows of the frames.</param>
    /// <param name="rate">Their pace.</param>
    /// <param name="target">The file.</param>
    /// <param name="format">What to write.</param>
    /// <param name="comment">Stored where the container has a place for it.</param>
    public static IReadOnlyList<string> For(Size size, FrameRate rate, string target, ClipFormat format, string? comment) =>
    [
        .. Input(size, rate),
        .. Format(size, rate, format),
        .. comment is null ? Array.Empty<string>() : ["-metadata", "comment=" + comment],
        "file:" + target,
    ];

    /// <summary>The arguments that make <paramref name="target"/>, a Matroska file that holds the frames bit for bit.</summary>
    public static IReadOnlyList<string> Lossless(Size size, FrameRate rate, string target) =>
        [.. Input(size, rate), "-c:v", "ffv1", "-pix_fmt", "bgr0", "-level", "3", "-threads", Threads, "-f", "matroska", "file:" + target];

    private static string[] Input(Size size, FrameRate rate) =>
    [
        "-hide_banner", "-nostats", "-loglevel", "level+error", "-y", "-protocol_whitelist", "file,pipe",
        "-f", "rawvideo", "-pixel_format", "rgb24",
        "-video_size", string.Create(CultureInfo.InvariantCulture, $"{size.Width}x{size.Height}"),
        "-framerate", rate.ToString(),
        "-i", "pipe:0",
        "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-fps_mode", "passthrough",
    ];

    private static string[] Format(Size size, FrameRate rate, ClipFormat format) => format switch
    {
        ClipFormat.Mp4 =>
        [
            "-vf", PadToEven(size) + ToVideoColours,
            "-c:v", "libx264", "-preset", "medium", "-crf", "15", "-threads", Threads,
            "-movflags", "+faststart+write_colr", "-f", "mp4",
        ],
        ClipFormat.Webm =>
        [
            "-vf", ToVideoColours,
            "-c:v", "libvpx-vp9", "-crf", "18", "-b:v", "0", "-deadline", "good", "-cpu-used", "4",
            "-row-mt", "0", "-tile-columns", "2", "-threads", Threads,
            "-f", "webm",
        ],
        ClipFormat.Gif => ["-filter_complex", GifChain(rate), "-loop", "0", "-f", "gif"],
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    // yuv420p in H.264 wants even sizes: the last column or row is shown twice, so that no foreign colour bleeds in.
    private static string PadToEven(Size size)
    {
        int right = size.Width % 2, bottom = size.Height % 2;
        return right + bottom == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture,
                $"format=gbrp,pad=w={size.Width + right}:h={size.Height + bottom}:x=0:y=0,fillborders=right={right}:bottom={bottom}:mode=smear,");
    }

    // The palette is known only after the last frame: ffmpeg holds all of them until then.
    private static string GifChain(FrameRate rate)
    {
        string pace = rate.Value > FastestGif ? $"fps={FastestGif}," : "";
        return $"[0:v]{pace}split[all][sample];[sample]palettegen[palette];[all][palette]paletteuse=dither=sierra2_4a";
    }
}
