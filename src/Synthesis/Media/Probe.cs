using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Vgpnn.Synthesis.Media;

/// <summary>The first frame as it was decoded, or as its container describes it, and the container's word on the rest.</summary>
/// <param name="Size">Columns and rows as stored, before rotation.</param>
/// <param name="Turned">Whether rotation swaps columns and rows.</param>
/// <param name="PixelAspect">Width of a pixel over its height, as stored.</param>
/// <param name="Codec">ffmpeg's name of the codec.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format.</param>
/// <param name="Matrix">The colour matrix by its tag; null: untagged.</param>
/// <param name="Transfer">The transfer function by its tag; null: untagged.</param>
/// <param name="Interlaced">Whether two fields make a frame.</param>
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
    bool Interlaced,
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

    /// <summary>Describes the video stream; its first frame is decoded for that.</summary>
    /// <exception cref="VgpnnException">Kind Input: no usable video in it.</exception>
    public async Task<StreamInfo> DescribeAsync(CancellationToken cancellation)
    {
        (string json, FfmpegLog log) = await RunAsync(
            [
                "-select_streams", "V:0", "-read_intervals", "%+#1", "-of", "json", "-show_entries",
                "stream=codec_name,width,height,pix_fmt,sample_aspect_ratio,r_frame_rate,avg_frame_rate,time_base,nb_frames,field_order,"
                + "color_space,color_transfer:stream_tags=alpha_mode:stream_side_data=rotation:"
                + "frame=width,height,pix_fmt,sample_aspect_ratio,interlaced_frame,color_space,color_transfer:frame_side_data=rotation",
            ],
            cancellation).ConfigureAwait(false);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            StreamInfo stream = ProbeJson.Read(document.RootElement) ?? throw Refusal(log);

            // Pictures larger than allowed leave the stream without a size; only the log says why.
            return stream.Size.Width > 0 || log.Errors.Count == 0 ? stream : throw Refusal(log);
        }
        catch (JsonException)
        {
            throw Refusal(log);
        }
    }

    /// <summary>Lists the coded frames without decoding them, at most <paramref name="most"/>.</summary>
    public async Task<PacketList> ListPacketsAsync(long most, CancellationToken cancellation)
    {
        (string csv, _) = await RunAsync(
            [
                "-select_streams", "V:0", "-read_intervals", string.Create(CultureInfo.InvariantCulture, $"%+#{most}"),
                "-of", "csv=p=0", "-show_entries", "packet=pts,duration,flags",
            ],
            cancellation).ConfigureAwait(false);
        List<PacketTime> packets = [];
        string[] lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string line in lines)
        {
            string[] fields = line.Split(',');
            if (fields.Length >= 3 && !fields[2].Contains('D', StringComparison.Ordinal))
                packets.Add(new PacketTime(Ticks(fields[0]), Ticks(fields[1])));
        }

        return new PacketList(packets, lines.Length < most);

        static long? Ticks(string field) =>
            long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ticks) ? ticks : null;
    }

    private async Task<(string Output, FfmpegLog Log)> RunAsync(IEnumerable<string> questions, CancellationToken cancellation)
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
            return (Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length), outcome.Log);
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
