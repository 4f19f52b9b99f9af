using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Canvases;

/// <summary>
/// An output whose last frame is followed by its first: its time axis is a circle in resampling, search and voting, while
/// the input's is not. There is a patch for every frame of the circle, those that begin near the end included; the frames
/// that they need are repeated behind it, and before voting their matches are repeated before the first.
/// </summary>
internal sealed class LoopCanvas : Canvas
{
    // Frames on either side that an enlarging cubic filter may reach.
    private const int Reach = 3;

    /// <summary>Size of Q for an output of this size.</summary>
    public static Extent Wrapped(Extent output, Extent patch) => output with { T = output.T + patch.T - 1 };

    /// <summary>Size of the output with frames repeated on both sides, where votes are taken.</summary>
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
        // Once around the circle is once around the other: in time the factor is that of the sizes, which are rounded.
        Scale scale = to.Scale / from.Scale;
        if (to.Output.T == from.Output.T) return Resampler.Resize(output, to.Output, scale with { T = 1 }, workers, border);
        Volume<T> wrapped = Frames(output, -Reach, output.Extent.T + (2 * Reach));
        return Resampler.Resize(wrapped, to.Output, scale with { T = (double)to.Output.T / from.Output.T }, workers, border);
    }

    // Frames around the circle from any one on.
    private static Volume<T> Frames<T>(Volume<T> circle, int first, int count)
        where T : unmanaged
    {
        int length = circle.Extent.T;
        var frames = new Volume<T>(circle.Extent with { T = count }, circle.Channels);
        for (int t = 0; t < count; t++) circle.Frame((((first + t) % length) + length) % length).CopyTo(frames.Frame(t));
        return frames;
    }
}
