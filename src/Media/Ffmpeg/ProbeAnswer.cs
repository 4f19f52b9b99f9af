using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>ffprobe's answer, in the names of its JSON.</summary>
/// <remarks>
/// FFMpegCore has such records, but reads them by reflection, which delays the first answer of a process by more than ffprobe itself
/// takes, and its packets do not tell a missing time from 0.
/// </remarks>
internal sealed record ProbeAnswer(
    IReadOnlyList<ProbedStream>? Streams, IReadOnlyList<ProbedFrame>? Frames, IReadOnlyList<ProbedPacket>? Packets)
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static ProbeAnswer Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ProbeJson.Default.ProbeAnswer) ?? throw new JsonException();
}

/// <summary>A stream.</summary>
internal sealed record ProbedStream(
    string? CodecName,
    int Width,
    int Height,
    string? PixFmt,
    string? SampleAspectRatio,
    string? RFrameRate,
    string? AvgFrameRate,
    string? TimeBase,
    string? NbFrames,
    string? ColorSpace,
    string? ColorTransfer,
    IReadOnlyDictionary<string, string>? Tags,
    IReadOnlyList<ProbedSideData>? SideDataList);

/// <summary>A decoded frame.</summary>
internal sealed record ProbedFrame(IReadOnlyList<ProbedSideData>? SideDataList);

/// <summary>What a container or frame says besides.</summary>
/// <param name="Rotation">Degrees, anticlockwise.</param>
internal sealed record ProbedSideData(double? Rotation);

/// <summary>A coded frame.</summary>
/// <param name="Pts">When it is shown, in the stream's unit of time.</param>
/// <param name="Duration">How long it is shown.</param>
/// <param name="Flags">Letters; D for a frame that is never shown.</param>
internal readonly record struct ProbedPacket(long? Pts, long? Duration, string? Flags);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeAnswer))]
internal sealed partial class ProbeJson : JsonSerializerContext;
