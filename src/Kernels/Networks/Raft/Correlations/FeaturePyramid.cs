using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft.Correlations;

/// <summary>
/// A pyramid of the second frame's features by 2×2 means. Correlating with means equals the means of correlations that the paper
/// describes (section 3.2). Odd sides lose their last position.
/// </summary>
internal static class FeaturePyramid
{
    /// <summary>Returns the features themselves as level 0, followed by the coarser levels.</summary>
    public static FeatureMap[] Of(FeatureMap features, Workers workers)
    {
        var levels = new FeatureMap[RaftSizes.Levels];
        levels[0] = features;
        for (int i = 1; i < levels.Length; i++)
        {
            FeatureMap fine = levels[i - 1], coarse = new(Half(fine.Extent), fine.Channels);
            levels[i] = coarse;
            workers.For(coarse.Extent.H, h => Row(fine, coarse, h));
        }

        return levels;
    }

    /// <summary>Memory of the coarser levels, in bytes.</summary>
    public static long Bytes(Extent extent, int channels)
    {
        long bytes = 0;
        for (int i = 1; i < RaftSizes.Levels; i++)
        {
            extent = Half(extent);
            bytes += FeatureMap.Bytes(extent, channels);
        }

        return bytes;
    }

    /// <summary>Returns the size of the next coarser level.</summary>
    public static Extent Half(Extent extent) => new(1, extent.H / 2, extent.W / 2);

    private static void Row(FeatureMap fine, FeatureMap coarse, int h)
    {
        int channels = fine.Channels;
        ReadOnlySpan<float> upper = fine.Row(0, 2 * h), lower = fine.Row(0, (2 * h) + 1);
        Span<float> target = coarse.Row(0, h);
        for (int i = 0; i < target.Length; i++)
        {
            int from = (i / channels * 2 * channels) + (i % channels);
            target[i] = (upper[from] + upper[from + channels] + lower[from] + lower[from + channels]) * 0.25f;
        }
    }
}
