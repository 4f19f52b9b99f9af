using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Voting;

/// <summary>
/// Folds matched patches back into a volume: every voxel is covered by up to T·H·W patches (fewer at the border), and each
/// of them proposes the sample that its match has at that place.
/// </summary>
public static class PatchVoting
{
    /// <summary>Writes the vote of every voxel.</summary>
    /// <param name="values">V: the size of the keys that the field points into.</param>
    /// <param name="field">For every patch of the output its match.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="rule">How a voxel is made from its candidates.</param>
    /// <param name="output">Takes the result: channels as V, patch grid as the field's query grid.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public static void Vote<T>(
        Volume<T> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<T> output, Workers workers)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(workers);
        if (values.Channels != output.Channels) throw new ArgumentException("values and output differ in channels", nameof(output));
        if (values.Extent.PatchGrid(patch) != field.KeyGrid) throw new ArgumentException("the field points into another size", nameof(values));
        if (output.Extent.PatchGrid(patch) != field.QueryGrid) throw new ArgumentException("the field is over another size", nameof(output));
        if (rule != VoteRule.Median)
            new MeanVote<T>(values, field, patch, rule == VoteRule.Gaussian, output).Run(workers);
        else if (values is Volume<float> floats)
            new MedianVote<float, int, FloatMedianKey>(floats, field, patch, (Volume<float>)(Volume)output).Run(workers);
        else if (patch.Count <= byte.MaxValue)
            new MedianVote<byte, sbyte, ByteMedianKey>((Volume<byte>)(Volume)values, field, patch, (Volume<byte>)(Volume)output).Run(workers);
        else
            new MedianVote<byte, int, WideByteMedianKey>((Volume<byte>)(Volume)values, field, patch, (Volume<byte>)(Volume)output).Run(workers);
    }

    /// <summary>The range of patches along one axis that cover place <paramref name="at"/>: first and past the last.</summary>
    internal static (int First, int End) Covering(int at, int patch, int grid) => (Math.Max(0, at - patch + 1), Math.Min(at + 1, grid));
}
