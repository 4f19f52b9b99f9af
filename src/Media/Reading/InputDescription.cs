using Vgpnn.Media.Frames;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Reading;

/// <summary>All that is known of an input before it is decoded.</summary>
/// <param name="Plan">How it will be decoded.</param>
/// <param name="Info">What the caller is told.</param>
/// <param name="Counted">
/// Frames in the whole video, or the chosen ones of a directory, counted one by one; null: it is longer than was counted.
/// </param>
/// <param name="Notices">What the user should know.</param>
internal sealed record InputDescription(DecodePlan Plan, ClipInfo Info, int? Counted, IReadOnlyList<string> Notices)
{
    // Coded frames are listed in decoding order: a few later ones may stand before the last that is wanted.
    private const int ReorderMargin = 64;

    /// <summary>Asks ffprobe, and checks against the limits what it says.</summary>
    /// <exception cref="VgpnnException">Kind Input: not usable, or more than the limits allow.</exception>
    public static Task<InputDescription> OfAsync(
        ProgramPath programs, OpenedInput input, ReadOptions options, CancellationToken cancellation)
    {
        var probe = new Probe(programs, input, options.Limits);
        return input.Directory is { } directory
            ? OfDirectoryAsync(probe, input, directory, options, cancellation)
            : OfFileAsync(probe, input, options, cancellation);
    }

    /// <summary>Refuses before decoding what is too long for sure.</summary>
    /// <param name="path">The path, for messages.</param>
    /// <param name="range">The frames that will be decoded; null: all that were counted.</param>
    /// <param name="limits">Bounds.</param>
    /// <exception cref="VgpnnException">Kind Input.</exception>
    public void CheckLength(string path, FrameRange? range, MediaLimits limits)
    {
        long end = Math.Min(range?.Last ?? int.MaxValue, Counted ?? int.MaxValue);
        long frames = end - (range?.First ?? 1) + 1;
        if (frames > limits.MaxFrames) throw MediaErrors.TooManyFrames(path, limits.MaxFrames);
        if (frames * Plan.FrameBytes > limits.MaxDecodedBytes) throw MediaErrors.TooManyBytes(path, limits.MaxDecodedBytes, Plan.FrameBytes);
    }

    private static async Task<InputDescription> OfDirectoryAsync(
        Probe probe, OpenedInput input, FrameDirectory directory, ReadOptions options, CancellationToken cancellation)
    {
        StreamInfo stream = await probe.PicturesAsync(cancellation).ConfigureAwait(false);
        DecodePlan plan = DecodePlan.For(input.Name, stream, options.MaxHeight, options.Limits);
        var info = new ClipInfo(plan.Shown.Width, plan.Shown.Height, InputSource.DirectoryRate, directory.Total, stream.Codec, stream.PixelFormat);
        List<string> notices = [.. plan.Notices];
        if (directory.Total > 1) notices.Add($"a directory of frames has no frame rate; {InputSource.DirectoryRate} fps is assumed");
        if (directory.Gaps is { } gaps) notices.Add(gaps);
        return new InputDescription(plan, info, directory.Files.Count, notices);
    }

    private static PacketTime[] WithoutHoles(IReadOnlyList<PacketTime> times) => [.. times.OrderBy(t => t.Start).SkipLast(ReorderMargin)];

    private static async Task<InputDescription> OfFileAsync(
        Probe probe, OpenedInput input, ReadOptions options, CancellationToken cancellation)
    {
        FrameRange range = options.Frames ?? new FrameRange(1, null);
        long wanted = range.Last ?? (range.First - 1L + options.Limits.MaxFrames + 1);
        (StreamInfo stream, PacketList packets) = await probe.VideoAsync(wanted + ReorderMargin, cancellation).ConfigureAwait(false);
        DecodePlan plan = DecodePlan.For(input.Name, stream, options.MaxHeight, options.Limits);
        FrameTiming timing = FrameTiming.Of(stream, packets.Complete ? packets.Times : WithoutHoles(packets.Times));
        int? counted = packets.Complete ? packets.Times.Count : null;
        var info = new ClipInfo(
            plan.Shown.Width, plan.Shown.Height, timing.Rate, counted is > 0 ? counted : stream.DeclaredFrames, stream.Codec, stream.PixelFormat);
        List<string> notices = [.. plan.Notices];
        if (timing.Varies) notices.Add($"the frames are unevenly spaced in time; all are kept, at the average rate of {timing.Rate.Value:0.###} fps");
        if (!timing.Known) notices.Add($"the video states no frame rate; {timing.Rate} fps is assumed");
        return new InputDescription(plan, info, counted, notices);
    }
}
