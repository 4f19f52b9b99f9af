using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests;

public class FloatDistanceTests
{
    /// <summary>Presets, even sizes, single voxels, rows of every remainder of the vector width.</summary>
    private static readonly Gen<(Extent Patch, int Channels, int Seed)> Cases =
        from patch in Gen.OneOf(
            Gen.Elements(new Extent(3, 7, 7), new Extent(3, 5, 5), new Extent(1, 1, 1), new Extent(2, 4, 4)),
            Properties.Extents(new Extent(1, 1, 1), new Extent(4, 6, 14)))
        from channels in Gen.Choose(1, 5)
        from seed in Gen.Choose(0, 1_000_000)
        select (patch, channels, seed);

    [Fact]
    public void Vector_and_scalar_distances_have_the_same_bits_for_any_limit() =>
        Properties.Holds(Cases, c => ForEachPair(c.Patch, c.Channels, c.Seed, (distance, k, _) =>
        {
            float exact = distance.MeasureScalar(k.T, k.H, k.W, float.PositiveInfinity);
            foreach (float limit in (float[])[float.PositiveInfinity, 0, exact / 3, exact, MathF.BitIncrement(exact)])
                Assert.Equal(distance.MeasureScalar(k.T, k.H, k.W, limit), distance.Measure(k.T, k.H, k.W, limit));
        }));

    [Fact]
    public void A_limit_only_ever_cuts_off_what_is_not_below_it() =>
        Properties.Holds(Cases, c => ForEachPair(c.Patch, c.Channels, c.Seed, (distance, k, _) =>
        {
            float exact = distance.Measure(k.T, k.H, k.W, float.PositiveInfinity);
            foreach (float limit in (float[])[0, exact / 2, exact * 0.9f, exact, MathF.BitIncrement(exact), exact * 2])
            {
                float limited = distance.Measure(k.T, k.H, k.W, limit);
                if (exact < limit) Assert.Equal(exact, limited);
                else Assert.InRange(limited, limit, exact);
            }
        }));

    [Fact]
    public void Distances_are_the_sum_of_squared_differences() =>
        Properties.Holds(Cases, c => ForEachPair(c.Patch, c.Channels, c.Seed, (distance, k, expected) =>
            Assert.Equal(expected, distance.Measure(k.T, k.H, k.W, float.PositiveInfinity), 1e-6 * Math.Max(1, expected))));

    [Fact]
    public void Volumes_of_different_channels_are_refused() =>
        Assert.Throws<ArgumentException>(
            () => new FloatDistance(new Volume<float>(new Extent(1, 1, 1), 1), new Volume<float>(new Extent(1, 1, 1), 3), new Extent(1, 1, 1)));

    private delegate void PairTest(FloatDistance distance, (int T, int H, int W) key, double expected);

    // Among the pairs are the last patches of both volumes, whose rows are loaded beyond the last sample.
    private static void ForEachPair(Extent patch, int channels, int seed, PairTest test)
    {
        Volume<float> query = RandomVolume.Noise(new Extent(patch.T + 1, patch.H + 1, patch.W + 2), channels, seed);
        Volume<float> keys = RandomVolume.Noise(new Extent(patch.T, patch.H + 2, patch.W + 1), channels, seed + 1);
        Extent queryGrid = query.Extent.PatchGrid(patch), keyGrid = keys.Extent.PatchGrid(patch);
        var distance = new FloatDistance(query, keys, patch);
        for (int i = 0; i < queryGrid.Count; i++)
        {
            int j = (int)(((i * 5) + keyGrid.Count - 1) % keyGrid.Count);
            (int t, int h, int w) = NaiveSearch.Place(i, queryGrid);
            distance.Aim(t, h, w);
            test(distance, NaiveSearch.Place(j, keyGrid), NaiveSearch.Distance(query, i, keys, j, patch));
        }
    }
}
