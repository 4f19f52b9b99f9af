using System.Globalization;
using System.Text.Json;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Frames;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Reading;

/// <summary>A video stream, by its container and its first frames.</summary>
/// <param name="Size">Columns and rows as stored, before rotation.</param>
/// <param name="Turned">Whether rotation swaps columns and rows.</param>
/// <param name="PixelAspect">Width of a pixel over its height, as stored.</param>
/// <param name="Codec">ffmpeg's name of the codec.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format.</param>
/// <param name="Matrix">The tagged colour matrix; <c>null</c> if untagged.</param>
/// <param name="Transfer">The tagged transfer function; <c>null</c> if untagged.</param>
/// <param name="AlphaAside">Whether the container keeps transparency beside the picture, as WebM does.</param>
/// <param name="TypicalRate">The rate in which the container counts; <c>null</c> if unknown.</param>
/// <param name="AverageRate">The container's average rate; <c>null</c> if unknown.</param>
/// <param name="Tick">The container's unit of time in seconds, as a fraction.</param>
/// <param name="DeclaredFrames">The container's number of frames; <c>null</c> if unknown.</param>
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
    int? DeclaredFrames)
{
    /// <summary>Understands what ffprobe says of a stream and its first decoded frame.</summary>
    public static StreamInfo From(ProbedStream stream, ProbedFrame? frame)
    {
        (int Numerator, int Denominator) aspect = Fraction(stream.SampleAspectRatio, ':');
        double rotation = Rotation(frame?.SideDataList) ?? Rotation(stream.SideDataList) ?? 0;
        return new StreamInfo(
            new Size(Math.Max(0, stream.Width), Math.Max(0, stream.Height)),
            Math.Abs(rotation) % 180 is > 45 and < 135,
            aspect is { Numerator: > 0, Denominator: > 0 } ? (double)aspect.Numerator / aspect.Denominator : 1,
            Known(stream.CodecName) ?? "an unknown codec",
            Known(stream.PixFmt) ?? "",
            Known(stream.ColorSpace),
            Known(stream.ColorTransfer),
            stream.Tags?.GetValueOrDefault("alpha_mode") == "1",
            Rate(stream.RFrameRate),
            Rate(stream.AvgFrameRate),
            Fraction(stream.TimeBase, '/'),
            int.TryParse(stream.NbFrames, NumberStyles.None, CultureInfo.InvariantCulture, out int frames) && frames > 0 ? frames : null);
    }

    private static string? Known(string? word) => word is { Length: > 0 } and not ("unknown" or "N/A") ? word : null;

    private static FrameRate? Rate(string? text) => FrameRate.TryParse(text, out FrameRate rate) ? rate : null;

    private static double? Rotation(IReadOnlyList<ProbedSideData>? list) => list?.FirstOrDefault(d => d.Rotation is not null)?.Rotation;

    private static (int Numerator, int Denominator) Fraction(string? text, char separator)
    {
        string[] parts = (text ?? "").Split(separator);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int numerator)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int denominator)
            ? (numerator, denominator)
            : (0, 0);
    }
}

/// <summary>When one coded frame is shown and for how long, in ticks; <c>null</c> if the container does not say.</summary>
internal readonly record struct PacketTime(long? Start, long? Duration);

/// <summary>The coded frames of an input, in decoding order.</summary>
/// <param name="Times">When each is shown; frames that are never shown are left out.</param>
/// <param name="Complete">Whether the list reaches the end.</param>
internal sealed record PacketList(IReadOnlyList<PacketTime> Times, bool Complete);

/// <summary>Asks ffprobe about an input.</summary>
/// <param name="programs">Where ffprobe is looked for.</param>
/// <param name="input">The input.</param>
/// <param name="limits">Bounds.</param>
internal sealed class Probe(ProgramPath programs, OpenedInput input, MediaLimits limits)
{
    private const int MostOutput = 64 << 20;

    /// <summary>Describes a video and lists its coded frames, at most <paramref name="most"/>, without decoding them.</summary>
    /// <exception cref="VgpnnException">Kind Input: it holds no usable video.</exception>
    public Task<(StreamInfo Stream, PacketList Packets)> VideoAsync(long most, CancellationToken cancellation) =>
        AskAsync(FfprobeQuery.Packets, most, cancellation);

    /// <summary>Describes pictures by the first, which is decoded because its orientation is stated inside.</summary>
    /// <exception cref="VgpnnException">Kind Input: it holds no usable picture.</exception>
    public async Task<StreamInfo> PicturesAsync(CancellationToken cancellation) =>
        (await AskAsync(FfprobeQuery.Orientation, 1, cancellation).ConfigureAwait(false)).Stream;

    private async Task<(StreamInfo Stream, PacketList Packets)> AskAsync(string besides, long most, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        FfmpegRun run = input.Run(programs, limits, stream => Read(stream, output));
        FfmpegLog log = (await input.WithinTimeAsync(FfprobeQuery.AskAsync(run, input.Source.Arguments(limits), besides, most, cancellation), limits)
            .ConfigureAwait(false)).Log;
        try
        {
            ProbeAnswer answer = ProbeAnswer.Parse(output.GetBuffer().AsSpan(0, (int)output.Length));
            if (answer.Streams is not [{ } first, ..]) throw Refusal(log);
            StreamInfo stream = StreamInfo.From(first, answer.Frames is [{ } frame, ..] ? frame : null);

            // Pictures larger than allowed leave the stream without a size; only the log says why.
            if ((stream.Size.Width == 0 || stream.Size.Height == 0) && log.Errors.Count > 0) throw Refusal(log);
            return (stream, Packets(answer.Packets ?? [], most));
        }
        catch (JsonException)
        {
            throw Refusal(log);
        }
    }

    private static PacketList Packets(IReadOnlyList<ProbedPacket> packets, long most) => new(
        [
            .. packets
                .Where(p => p.Flags?.Contains('D', StringComparison.Ordinal) != true)
                .Select(p => new PacketTime(p.Pts, p.Duration)),
        ],
        packets.Count < most);

    private void Read(Stream stream, MemoryStream output)
    {
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            output.Write(buffer, 0, read);
            if (output.Length > MostOutput) throw MediaErrors.Damaged(input.Name, null);
        }
    }

    private VgpnnException Refusal(FfmpegLog log)
    {
        if (log.RefusedCodec is { } codec) return MediaErrors.Codec(input.Name, codec);
        return log.Errors.Count == 0 ? MediaErrors.NoVideo(input.Name) : DecodeFailure.From(input.Name, log, limits);
    }
}
