using System.Globalization;
using System.Text.Json;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>A video stream, as its container and its first frames say.</summary>
/// <param name="Size">Columns and rows as stored, before rotation.</param>
/// <param name="Turned">Whether rotation swaps columns and rows.</param>
/// <param name="PixelAspect">Width of a pixel over its height, as stored.</param>
/// <param name="Codec">ffmpeg's name of the codec.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format.</param>
/// <param name="Matrix">The colour matrix by its tag; null: untagged.</param>
/// <param name="Transfer">The transfer function by its tag; null: untagged.</param>
/// <param name="AlphaAside">Whether the container keeps transparency beside the picture, as WebM does.</param>
/// <param name="TypicalRate">The rate in which the container counts; null: it does not say.</param>
/// <param name="AverageRate">The average rate by the container's word; null: it does not say.</param>
/// <param name="Tick">The container's unit of time in seconds, as a fraction.</param>
/// <param name="DeclaredFrames">Frames by the container's word; null: it does not say.</param>
internal sealed record StreamInfo(
    Size Size,
    bool Turned,
    double PixelAspect,
    string Codec,
    string PixelFormat,
    string? Matrix,
    string? Transfer,
    bool AlphaAside,
    FrameRate? TypicalRate,
    FrameRate? AverageRate,
    (int Numerator, int Denominator) Tick,
    int? DeclaredFrames);

/// <summary>One coded frame's place in time, in ticks; null where the container does not say.</summary>
internal readonly record struct PacketTime(long? Start, long? Duration);

/// <summary>The coded frames of an input, in decoding order.</summary>
/// <param name="Times">When each is shown; frames that are never shown are left out.</param>
/// <param name="Complete">Whether the list reaches the end.</param>
internal sealed record PacketList(IReadOnlyList<PacketTime> Times, bool Complete);

/// <summary>Asks ffprobe about an input.</summary>
/// <param name="tools">Where ffprobe is.</param>
/// <param name="path">The path, for messages.</param>
/// <param name="source">The input.</param>
/// <param name="limits">Bounds.</param>
internal sealed class Probe(FfmpegTools tools, string path, InputSource source, MediaLimits limits)
{
    private const int MostOutput = 64 << 20;

    /// <summary>Describes a video and lists its coded frames, at most <paramref name="most"/>, without decoding them.</summary>
    /// <exception cref="VgpnnException">Kind Input: no usable video in it.</exception>
    public Task<(StreamInfo Stream, PacketList Packets)> VideoAsync(long most, CancellationToken cancellation) =>
        AskAsync("packet=pts,duration,flags", most, cancellation);

    /// <summary>Describes pictures by the first. It is decoded for that: which side is up, a photograph says within.</summary>
    /// <exception cref="VgpnnException">Kind Input: no usable picture.</exception>
    public async Task<StreamInfo> PicturesAsync(CancellationToken cancellation) =>
        (await AskAsync("frame_side_data=rotation", 1, cancellation).ConfigureAwait(false)).Stream;

    // Starting ffprobe takes longer than its answer: everything is asked at once.
    private async Task<(StreamInfo Stream, PacketList Packets)> AskAsync(string besides, long most, CancellationToken cancellation)
    {
        (ReadOnlyMemory<byte> json, FfmpegLog log) = await RunAsync(
            [
                "-select_streams", "V:0", "-read_intervals", string.Create(CultureInfo.InvariantCulture, $"%+#{most}"),
                "-of", "json=compact=1", "-show_entries",
                "stream=codec_name,width,height,pix_fmt,sample_aspect_ratio,r_frame_rate,avg_frame_rate,time_base,nb_frames,"
                + "color_space,color_transfer:stream_tags=alpha_mode:stream_side_data=rotation:" + besides,
            ],
            cancellation).ConfigureAwait(false);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            StreamInfo stream = ProbeJson.Stream(document.RootElement) ?? throw Refusal(log);

            // Pictures larger than allowed leave the stream without a size; only the log says why.
            if (stream.Size.Width == 0 && log.Errors.Count > 0) throw Refusal(log);
            return (stream, ProbeJson.Packets(document.RootElement, most));
        }
        catch (JsonException)
        {
            throw Refusal(log);
        }
    }

    private async Task<(ReadOnlyMemory<byte> Output, FfmpegLog Log)> RunAsync(IEnumerable<string> questions, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        var run = new FfmpegRun(tools.Ffprobe, ["-hide_banner", "-loglevel", "level+error", .. questions, .. source.Arguments(limits, probing: true)])
        {
            Limits = InputSource.Limits(limits),
            Timeout = limits.Timeout,
            Drain = stream =>
            {
                byte[] buffer = new byte[1 << 16];
                for (int read; (read = stream.Read(buffer)) > 0;)
                {
                    output.Write(buffer, 0, read);
                    if (output.Length > MostOutput) throw MediaErrors.Damaged(path, null);
                }
            },
        };
        try
        {
            FfmpegOutcome outcome = await FfmpegProcess.RunAsync(run, cancellation).ConfigureAwait(false);
            return (output.GetBuffer().AsMemory(0, (int)output.Length), outcome.Log);
        }
        catch (TimeoutException)
        {
            throw MediaErrors.TooSlow(path, limits.Timeout);
        }
    }

    private VgpnnException Refusal(FfmpegLog log)
    {
        if (log.RefusedCodec is { } codec) return MediaErrors.Codec(path, codec);
        return log.Errors.Count == 0 ? MediaErrors.NoVideo(path) : DecodeFailure.From(path, log, limits);
    }
}
