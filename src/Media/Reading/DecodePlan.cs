using System.Globalization;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Frames;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Reading;

/// <summary>How an input is decoded: sizes, filters, and what the user should know about it.</summary>
/// <param name="Shown">Size as shown: after rotation, with square pixels.</param>
/// <param name="Target">Size of the decoded frames: <paramref name="Shown"/>, or smaller if a maximum height was given.</param>
/// <param name="Alpha">Whether the frames come with transparency, already blended over black.</param>
/// <param name="Decoder">A decoder that must be used; <c>null</c> for ffmpeg's default.</param>
/// <param name="Filter">The filter chain, without the choice of frames.</param>
/// <param name="Notices">What decoding changes.</param>
internal sealed record DecodePlan(Size Shown, Size Target, bool Alpha, string? Decoder, string Filter, IReadOnlyList<string> Notices)
{
    // Players read untagged video as BT.709 from this height on, and as BT.601 below.
    private const int HighDefinition = 720;

    // Narrower or wider pixels are a broken header.
    private const double ExtremeAspect = 4;
    private const double AspectTolerance = 0.01;

    /// <summary>Bytes of a frame as it comes from ffmpeg.</summary>
    public long PipedBytes => (long)Target.Width * Target.Height * (Alpha ? 4 : 3);

    /// <summary>Bytes of a frame as it is kept.</summary>
    public long FrameBytes => (long)Target.Width * Target.Height * 3;

    /// <summary>Plans the decoding of a stream.</summary>
    /// <exception cref="VgpnnException">Kind Input: the video cannot be used, or not at that size.</exception>
    public static DecodePlan For(string path, StreamInfo stream, int? maxHeight, MediaLimits limits)
    {
        if (!InputSource.Codecs.Contains(stream.Codec)) throw MediaErrors.Codec(path, stream.Codec);
        if (stream.Size.Width == 0 || stream.Size.Height == 0) throw MediaErrors.Damaged(path, null);
        CheckPixels(path, stream.Size, limits);
        if (stream.Transfer is "smpte2084" or "arib-std-b67") throw MediaErrors.Hdr(path, stream.Transfer == "smpte2084" ? "PQ" : "HLG");

        List<string> notices = [];
        Size shown = ShownSize(stream, notices);
        CheckPixels(path, shown, limits);
        Size target = Limit(shown, maxHeight);
        if (Math.Min(target.Width, target.Height) < Size.Shortest) throw MediaErrors.TooSmall(path, target.Width, target.Height, target != shown);

        int depth = PixelFormats.Depth(stream.PixelFormat);
        if (depth > 8) notices.Add($"the video has {depth} bits per channel; frames are rounded to 8");

        string? decoder = stream.AlphaAside ? stream.Codec switch { "vp9" => "libvpx-vp9", "vp8" => "libvpx", _ => null } : null;
        bool alpha = decoder is not null || PixelFormats.HasAlpha(stream.PixelFormat);
        return new DecodePlan(shown, target, alpha, decoder, Chain(stream, target, alpha), notices);
    }

    private static void CheckPixels(string path, Size size, MediaLimits limits)
    {
        // A frame must also fit into one array, transparency included.
        long limit = Math.Min(limits.MaxPixelsPerFrame, Array.MaxLength / 4);
        if ((long)size.Width * size.Height > limit) throw MediaErrors.TooLarge(path, size.Width, size.Height, limit);
    }

    private static Size ShownSize(StreamInfo stream, List<string> notices)
    {
        int width = stream.Size.Width;
        if (stream.PixelAspect is >= 1 / ExtremeAspect and <= ExtremeAspect && Math.Abs(stream.PixelAspect - 1) > AspectTolerance)
        {
            width = Math.Max(1, (int)Math.Round(width * stream.PixelAspect));
            notices.Add($"pixels are not square; frames are resampled from {stream.Size} to {new Size(width, stream.Size.Height)}");
        }

        return stream.Turned ? new Size(stream.Size.Height, width) : new Size(width, stream.Size.Height);
    }

    private static Size Limit(Size shown, int? maxHeight) =>
        maxHeight is { } most && shown.Height > most
            ? new Size(2 * Math.Max(1, (int)Math.Round((double)shown.Width * most / (2.0 * shown.Height))), most)
            : shown;

    private static string Chain(StreamInfo stream, Size target, bool alpha)
    {
        string matrix = stream.Matrix is null && stream.Size.Height >= HighDefinition ? ":in_color_matrix=bt709" : "";
        string toTarget = string.Create(CultureInfo.InvariantCulture, $"scale=w={target.Width}:h={target.Height}:{FfmpegEncoding.Scaler}");

        // Transparency is blended before the frames are made smaller, or the colours of invisible pixels would bleed.
        return alpha
            ? $"scale={FfmpegEncoding.Scaler}{matrix},format=gbrap,premultiply=inplace=1,{toTarget},format=rgba"
            : $"{toTarget}{matrix},format=rgb24";
    }
}
