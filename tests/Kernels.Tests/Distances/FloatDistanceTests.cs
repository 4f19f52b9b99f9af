using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Distances;

public class FloatDistanceTests
{
    /// <summary>Default patches, even sizes, single voxels, and rows of every remainder of the vector width.</summary>
    private static readonly Gen<(Extent Patch, int Channels, int Seed)> Cases =
        from patch in Gen.OneOf(
            Gen.Elements(new Extent(3, 7, 7), new Extent(3, 5, 5), new Extent(1, 1, 1), new Extent(2, 4, 4)),
            Properties.Extents(new Extent(1, 1, 1), new Extent(4, 6, 14)))
        from channels in Gen.Choose(1, 5)
        from seed in Gen.Choose(0, 1_000_000)
        select (patch, channels, seed);

    [Fact]
    public void Vector_and_scalar_float_distances_have_the_same_bits() =>
        Properties.Holds(Cases, c => ForEachPair(c.Patch, c.Channels, c.Seed, (distance, q, k, _) =>
            Assert.Equal(DistanceProbe.MeasureScalar(distance, q, k), DistanceProbe.Measure(distance, q, k))));

    [Fact]
    public void Float_distances_equal_the_sum_of_squared_differences() =>
        Properties.Holds(Cases, c => ForEachPair(c.Patch, c.Channels, c.Seed, (distance, q, k, expected) =>
            Assert.Equal(expected, DistanceProbe.Measure(distance, q, k), 1e-6 * Math.Max(1, expected))));

    [Fact]
    public void Volumes_with_different_channels_are_rejected() =>
        Assert.Throws<ArgumentException>(
            () => new FloatDistance(new Volume<float>(new Extent(1, 1, 1), 1), new Volume<float>(new Extent(1, 1, 1), 3), new Extent(1, 1, 1)));

    private delegate void PairTest(FloatDistance distance, (int T, int H, int W) query, uint key, double expected);

    // Includes the last patches of both volumes, whose rows are loaded past the last component.
    private static void ForEachPair(Extent patch, int channels, int seed, PairTest test)
    {
        Volume<float> query = RandomVolume.Noise(new Extent(patch.T + 1, patch.H + 1, patch.W + 2), channels, seed);
        Volume<float> keys = RandomVolume.Noise(new Extent(patch.T, patch.H + 2, patch.W + 1), channels, seed + 1);
        Extent queryGrid = query.Extent.PatchGrid(patch), keyGrid = keys.Extent.PatchGrid(patch);
        var distance = new FloatDistance(query, keys, patch);
        var field = new NearestNeighbourField(query.Extent, keys.Extent, patch);
        for (int i = 0; i < queryGrid.Count; i++)
        {
            int j = (int)(((i * 5) + keyGrid.Count - 1) % keyGrid.Count);
            test(distance, NaiveSearch.Position(i, queryGrid), field.FromLinear(j), NaiveSearch.Distance(query, i, keys, j, patch));
        }
    }
}
