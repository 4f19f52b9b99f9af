using System.Globalization;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Frames;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Reading;

/// <summary>An input by the fixed name under which ffmpeg and ffprobe see it, and what they may do with it.</summary>
/// <param name="Location">The input as ffmpeg takes it.</param>
/// <param name="Demuxer">The one demuxer that may open it, with its options.</param>
internal sealed record InputSource(string Location, IReadOnlyList<string> Demuxer)
{
    /// <summary>Frame rate of a directory, which states none.</summary>
    public static readonly FrameRate DirectoryRate = new(10, 1);

    // More would only cost memory: frames are small compared with what comes after.
    private const int MostDecoderThreads = 8;

    // Decoders and filters take one thread per processor, and some more for streams.
    private const int MostTasks = 64;

    // Room for the decoder's own code, and for its reference and look-ahead frames.
    private const long BaseMemory = 2L << 30;
    private const int MemoryPerPixel = 256;

    /// <summary>The names under which ffprobe knows the codecs that are decoded: those that people's videos have, and no others.</summary>
    public static readonly IReadOnlySet<string> Codecs = new HashSet<string>(StringComparer.Ordinal)
    {
        "av1", "bmp", "dnxhd", "dvvideo", "ffv1", "ffvhuff", "gif", "h263", "h264", "hevc", "huffyuv", "mjpeg", "mpeg1video", "mpeg2video",
        "mpeg4", "msmpeg4v2", "msmpeg4v3", "png", "prores", "qtrle", "rawvideo", "theora", "tiff", "utvideo", "v210", "vp8", "vp9", "webp",
    };

    private static readonly string VideoDecoders =
        string.Join(',', Codecs.Concat(["libaom-av1", "libdav1d", "libvpx", "libvpx-vp9", "msmpeg4"]));

    // ffprobe gives up on a file where it may not open the decoder of every stream, though it then uses none of these.
    private static readonly string ProbedDecoders = VideoDecoders
        + ",aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,alac,amrnb,amrwb,dca,eac3,flac,gsm_ms,libopus,libvorbis,mlp,mp1,mp1float,mp2,mp2float,"
        + "mp3,mp3float,opus,pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,"
        + "qdm2,truehd,vorbis,wavpack,wmav1,wmav2,ass,cc_dec,dvbsub,dvdsub,mov_text,pgssub,srt,ssa,subrip,text,webvtt,xsub";

    /// <summary>A video file, which the launcher opens as descriptor 3 (launcher.sh).</summary>
    public static InputSource File(FileKind kind)
    {
        string demuxer = kind switch
        {
            FileKind.Mp4 => "mov",
            FileKind.Matroska => "matroska",
            FileKind.Avi => "avi",
            FileKind.Gif => "gif",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return new InputSource("file:/proc/self/fd/3", ["-f", demuxer]);
    }

    /// <summary>Frames under the names that <see cref="CallDirectory.LinkFrames"/> gives them; their extension chooses the decoder.</summary>
    public static InputSource Frames(string extension) => new(
        "file:../frames/%08d" + extension,
        ["-f", "image2", "-pattern_type", "sequence", "-start_number", "1", "-framerate", DirectoryRate.ToString()]);

    /// <summary>The input's arguments, within <paramref name="limits"/>.</summary>
    public InputArguments Arguments(MediaLimits limits) => new(Options(limits, VideoDecoders), Options(limits, ProbedDecoders), Location);

    /// <summary>What the kernel allows a process that reads this input.</summary>
    public static ProcessLimits Limits(MediaLimits limits) => new(
        BaseMemory + (MemoryPerPixel * limits.MaxPixelsPerFrame),
        limits.Timeout * Math.Min(Environment.ProcessorCount, 2 * MostDecoderThreads),
        MostTasks + (2 * Environment.ProcessorCount));

    private string[] Options(MediaLimits limits, string decoders) =>
    [
        "-protocol_whitelist", "file,pipe",
        "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,image2",
        "-codec_whitelist", decoders,
        "-max_pixels", limits.MaxPixelsPerFrame.ToString(CultureInfo.InvariantCulture),
        "-threads", Math.Min(Environment.ProcessorCount, MostDecoderThreads).ToString(CultureInfo.InvariantCulture),

        // Some decoders round differently from processor to processor without it.
        "-flags:v", "+bitexact",
        .. Demuxer,
    ];
}
