using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Voting;

/// <summary>
/// Folds matched patches into a volume: each voxel is covered by up to T·H·W patches (fewer at the border), and each of them contributes
/// the value of its match at that position as a candidate.
/// </summary>
public static class PatchVoting
{
    /// <summary>Computes all voxels of the output.</summary>
    /// <param name="values">V, with the size of the keys that the field refers to.</param>
    /// <param name="field">Match of each output patch.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="rule">How candidates are combined.</param>
    /// <param name="output">Receives the result; has the channels of V, and a patch grid equal to the field's query grid.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public static void Vote<T>(
        Volume<T> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<T> output, Workers workers)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(workers);
        if (values.Channels != output.Channels)
            throw new ArgumentException($"values have {values.Channels} channels but the output has {output.Channels}", nameof(output));
        if (values.Extent.PatchGrid(patch) is var keys && keys != field.KeyGrid)
            throw new ArgumentException($"the patch grid of the values is {keys}; the field's key grid is {field.KeyGrid}", nameof(values));
        if (output.Extent.PatchGrid(patch) is var queries && queries != field.QueryGrid)
            throw new ArgumentException($"the patch grid of the output is {queries}; the field's query grid is {field.QueryGrid}", nameof(output));
        if (rule != VoteRule.Median)
            new MeanVote<T>(values, field, patch, rule == VoteRule.Gaussian, output).Run(workers);
        else if (values is Volume<float> floats)
            new MedianVote<float, int, FloatMedianKey>(floats, field, patch, (Volume<float>)(Volume)output).Run(workers);
        else if (patch.Count <= byte.MaxValue)
            new MedianVote<byte, sbyte, ByteMedianKey>((Volume<byte>)(Volume)values, field, patch, (Volume<byte>)(Volume)output).Run(workers);
        else
            new MedianVote<byte, int, WideByteMedianKey>((Volume<byte>)(Volume)values, field, patch, (Volume<byte>)(Volume)output).Run(workers);
    }

    /// <summary>Returns the range of patches along one axis that cover position <paramref name="at"/>; the end is exclusive.</summary>
    internal static (int First, int End) Covering(int at, int patch, int grid) => (Math.Max(0, at - patch + 1), Math.Min(at + 1, grid));
}
