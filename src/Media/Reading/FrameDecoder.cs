using System.Globalization;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Reading;

/// <summary>The output of a decoder.</summary>
/// <param name="Frames">The frames in order, each H×W×3 bytes of RGB.</param>
/// <param name="Transparent">Whether any pixel was not opaque.</param>
/// <param name="ExitCode">ffmpeg's exit code.</param>
/// <param name="Log">ffmpeg's messages.</param>
internal sealed record DecodedFrames(IReadOnlyList<byte[]> Frames, bool Transparent, int ExitCode, FfmpegLog Log);

/// <summary>Decodes an input: every frame is read from the pipe into the array in which it stays.</summary>
/// <param name="programs">Where ffmpeg is looked for.</param>
/// <param name="input">The input.</param>
/// <param name="plan">Sizes and filters.</param>
/// <param name="limits">Bounds.</param>
internal sealed class FrameDecoder(ProgramPath programs, OpenedInput input, DecodePlan plan, MediaLimits limits)
{
    /// <summary>Decodes the frames of a range; fewer if the input ends earlier.</summary>
    /// <exception cref="VgpnnException">Kind Input: a limit was exceeded. Kind Device: frames were lost on the way.</exception>
    public async Task<DecodedFrames> DecodeAsync(FrameRange? range, CancellationToken cancellation)
    {
        // One frame more than allowed tells a clip of just the allowed length from a longer one.
        int most = Math.Min(limits.MaxFrames, int.MaxValue - 1) + 1;
        string filter = plan.Filter;
        if (range is { } r)
        {
            if (r.Last is { } last) most = Math.Min(most, last - r.First + 1);
            if (r.First > 1) filter = string.Create(CultureInfo.InvariantCulture, $"trim=start_frame={r.First - 1},{filter}");
        }

        var collector = new FrameCollector(input.Name, plan, limits);
        FfmpegRun run = input.Run(programs, limits, collector.Read);
        FfmpegOutcome outcome = await input.WithinTimeAsync(
            FfmpegDecoding.FramesAsync(run, input.Source.Arguments(limits), plan.Decoder, filter, most, cancellation), limits).ConfigureAwait(false);
        if (outcome.ExitCode == 0 && outcome.Log.FramesWritten is { } written && written != collector.Frames.Count)
            throw MediaErrors.FramesLost(input.Name, written, collector.Frames.Count);
        return new DecodedFrames(collector.Frames, collector.Transparent, outcome.ExitCode, outcome.Log);
    }

    /// <summary>Decodes a directory of <paramref name="count"/> frames once more and returns the index of the first that fails; <c>null</c> if all succeed.</summary>
    public async Task<int?> FindBadFrameAsync(int count, CancellationToken cancellation)
    {
        var came = new HashSet<string>(StringComparer.Ordinal);
        FfmpegRun run = input.Run(programs, limits, stream =>
        {
            using var reader = new StreamReader(stream);
            while (came.Count <= count && reader.ReadLine() is { } line)
            {
                // The time counts the files.
                string[] fields = line.Split(',');
                if (fields.Length > 2) came.Add(fields[2].Trim());
            }
        });
        await input.WithinTimeAsync(FfmpegDecoding.ListAsync(run, input.Source.Arguments(limits), plan.Decoder, cancellation), limits).ConfigureAwait(false);
        for (int i = 0; i < count; i++)
        {
            if (!came.Contains(i.ToString(CultureInfo.InvariantCulture))) return i;
        }

        return null;
    }
}
