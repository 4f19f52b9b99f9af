using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Masks;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Canvases;

/// <summary>
/// An output that is known outside a mask: only patches that touch the mask are searched, in a box around it, and only voxels in the mask take the vote.
/// All others are those of the known video at that level.
/// </summary>
internal sealed class MaskedCanvas(MaskedRegion region) : Canvas
{
    public override Volume<T> Query<T>(LevelPlan level, Volume<T> output)
    {
        Box box = region.Boxes[level.Index];
        if (box.Size == output.Extent) return output;
        var query = new Volume<T>(box.Size, output.Channels);
        for (int t = 0; t < box.Size.T; t++)
            for (int h = 0; h < box.Size.H; h++)
                Part(output.Row(box.T + t, box.H + h), box, output.Channels).CopyTo(query.Row(t, h));
        return query;
    }

    public override void Vote<T>(
        LevelPlan level, Volume<T> values, NearestNeighbourField field, VoteRule rule, Volume<T> output, Workers workers)
    {
        Box box = region.Boxes[level.Index];
        Mask mask = region.Masks[level.Index];
        var voted = new Volume<T>(box.Size, output.Channels);
        PatchVoting.Vote(values, field, level.Patch, rule, voted, workers);
        region.Known.Of<T>().Level(level.Index, workers).Samples.CopyTo(output.Samples);
        for (int t = 0; t < box.Size.T; t++)
            for (int h = 0; h < box.Size.H; h++)
                Copy(voted.Row(t, h), Part(output.Row(box.T + t, box.H + h), box, output.Channels), mask.Row(box.T + t, box.H + h)[box.W..], output.Channels);
    }

    /// <summary>Copies the masked voxels of a row.</summary>
    public static void Copy<T>(ReadOnlySpan<T> from, Span<T> to, ReadOnlySpan<bool> mask, int channels)
    {
        for (int i = 0; i < from.Length; i++)
            if (mask[i / channels]) to[i] = from[i];
    }

    private static Span<T> Part<T>(Span<T> row, Box box, int channels) => row.Slice(box.W * channels, box.Size.W * channels);
}
