using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Levels;

/// <summary>The noise z that makes samples differ (paper, section 3.2), and its strength.</summary>
internal static class CoarsestNoise
{
    private const double Weakest = 2, Strongest = 5;

    /// <summary>Adds normal noise of standard deviation <paramref name="sigma"/> to every component of <paramref name="query"/>.</summary>
    public static void Add(Volume<float> query, double sigma, NoiseTime time, ulong seed, Workers workers)
    {
        if (sigma == 0) return;
        int rows = query.Extent.H;
        workers.For(query.Extent.T * rows, piece =>
        {
            (int t, int h) = (piece / rows, piece % rows);
            ulong frameSeed = Hash.Derive(seed, time == NoiseTime.Replicated ? 0 : (ulong)t);
            Span<float> row = query.Row(t, h);
            for (int i = 0; i < row.Length; i++)
                row[i] += (float)(sigma * GaussianNoise.Sample(Hash.Derive(frameSeed, (ulong)((h * row.Length) + i))));
        });
    }

    /// <summary>
    /// The noise level for <c>auto</c>: the mean summed squared distance of a patch of the coarsest level to its nearest other patch, clamped to [2, 5], so that
    /// the noise is as strong as the clip is varied.
    /// </summary>
    public static double Auto(Volume<float> coarsest, Extent patch, float[]? weights, Workers workers)
    {
        Extent grid = coarsest.Extent.PatchGrid(patch);
        if (grid.Count < 2) return Weakest;
        var nearest = new NearestNeighbourField(coarsest.Extent, coarsest.Extent, patch);
        PatchSearches.NearestOther().Search(
            new SearchTask<float> { Query = coarsest, Keys = coarsest, Patch = patch, Field = nearest, KeyWeights = weights }, workers);
        return Math.Clamp(nearest.MeanDistance(), Weakest, Strongest);
    }
}
