using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Canvases;

/// <summary>
/// An output whose last frame is followed by its first: its time axis is a circle in resampling, search and voting; the input's is not. Every frame of the
/// circle has patches, also those near the end: the first frames are repeated after the last for the search, and the matches are repeated before the
/// first for the vote.
/// </summary>
internal sealed class LoopCanvas : Canvas
{
    // Frames on either side that an enlarging cubic filter may reach.
    private const int Reach = 3;

    /// <summary>Size of Q for an output of this size.</summary>
    public static Extent Wrapped(Extent output, Extent patch) => output with { T = output.T + patch.T - 1 };

    /// <summary>Size of the output with frames repeated on both sides, for the vote.</summary>
    public static Extent Voted(LevelPlan level) => level.Output with { T = level.Output.T + (2 * (level.Patch.T - 1)) };

    public override Volume<T> Query<T>(LevelPlan level, Volume<T> output) => Frames(output, 0, level.Query.T);

    public override void Vote<T>(
        LevelPlan level, Volume<T> values, NearestNeighbourField field, VoteRule rule, Volume<T> output, Workers workers)
    {
        int before = level.Patch.T - 1;
        var voted = new Volume<T>(Voted(level), output.Channels);
        PatchVoting.Vote(values, field.RepeatedBefore(before), level.Patch, rule, voted, workers);
        for (int t = 0; t < output.Extent.T; t++) voted.Frame(before + t).CopyTo(output.Frame(t));
    }

    public override Volume<T> Enlarge<T>(Volume<T> output, LevelPlan from, LevelPlan to, BorderRule border, Workers workers)
    {
        // The circles correspond to each other, so the factor in time is that of the rounded sizes.
        Scale scale = to.Scale / from.Scale;
        if (to.Output.T == from.Output.T) return Resampler.Resize(output, to.Output, scale with { T = 1 }, workers, border);
        Volume<T> wrapped = Frames(output, -Reach, output.Extent.T + (2 * Reach));
        return Resampler.Resize(wrapped, to.Output, scale with { T = (double)to.Output.T / from.Output.T }, workers, border);
    }

    // Frames of the circle, starting at any one.
    private static Volume<T> Frames<T>(Volume<T> circle, int first, int count)
        where T : unmanaged
    {
        int length = circle.Extent.T;
        var frames = new Volume<T>(circle.Extent with { T = count }, circle.Channels);
        for (int t = 0; t < count; t++) circle.Frame((((first + t) % length) + length) % length).CopyTo(frames.Frame(t));
        return frames;
    }
}
