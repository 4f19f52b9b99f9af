using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Distances;

public class ByteDistanceTests
{
    [Fact]
    public void Byte_distances_equal_the_sum_of_squared_differences_for_any_patch() =>
        Properties.Holds(
            from patch in Gen.OneOf(
                Gen.Elements(new Extent(3, 7, 7), new Extent(3, 5, 5), new Extent(1, 1, 1), new Extent(2, 4, 4), new Extent(1, 5, 5)),
                Properties.Extents(new Extent(1, 1, 1), new Extent(4, 6, 15)))
            from channels in Gen.Choose(1, 5)
            from seed in Gen.Choose(0, 1_000_000)
            select (patch, channels, seed),
            c =>
            {
                Volume<byte> query = RandomVolume.Noise<byte>(new Extent(c.patch.T + 1, c.patch.H + 1, c.patch.W + 2), c.channels, c.seed);
                Volume<byte> keys = RandomVolume.Noise<byte>(new Extent(c.patch.T, c.patch.H + 2, c.patch.W + 1), c.channels, c.seed + 1);
                AssertExact(query, keys, c.patch, Enumerable.Range(0, (int)query.Extent.PatchGrid(c.patch).Count));
            });

    /// <summary>Patches of many frames, for which packing would take too much memory.</summary>
    [Fact]
    public void Byte_distances_are_exact_when_volumes_are_too_large_to_pack()
    {
        Volume<byte> query = RandomVolume.Noise<byte>(new Extent(7, 40, 50), 3, 1), keys = RandomVolume.Noise<byte>(new Extent(7, 1200, 600), 3, 2);
        foreach (Extent patch in (Extent[])[new(7, 3, 5), new(6, 4, 13), new(6, 1, 1)])
        {
            Assert.True(PatchLayout.Of(keys.Extent, 3, patch).Frames > 1);
            AssertExact(query, keys, patch, Enumerable.Range(0, 150).Select(i => i * 9));
        }
    }

    /// <summary>The maximum distance of the largest patch that the options allow.</summary>
    [Fact]
    public void Maximum_distance_of_the_largest_patch_fits_into_32_bits()
    {
        var patch = new Extent(15, 15, 15);
        var black = new Volume<byte>(patch, 3);
        var white = new Volume<byte>(patch, 3);
        white.Samples.Fill(255);
        Assert.Equal(15f * 15 * 15 * 3 * 255 * 255, DistanceProbe.Measure(ByteDistance.Create(black, white, patch, new Workers(1)), (0, 0, 0), 0));
        Assert.Equal(15f * 15 * 15 * 3 * 255 * 255, DistanceProbe.Measure(ByteDistance.Create(white, black, patch, new Workers(1)), (0, 0, 0), 0));
    }

    /// <summary>No key begins where a patch would wrap around the border.</summary>
    [Fact]
    public void Positions_without_a_key_patch_have_infinite_distance() =>
        Properties.Holds(Properties.Extents(new Extent(3, 5, 6), new Extent(5, 9, 12)), size =>
        {
            Volume<byte> volume = RandomVolume.Noise<byte>(size, 3, 1);
            var patch = new Extent(3, 5, 5);
            var field = new NearestNeighbourField(size, size, patch);
            var distance = ByteDistance.Create(volume, volume, patch, new Workers(1));
            Volume<float> floats = ColourConversion.ToFloat(volume);
            var floatDistance = new FloatDistance(floats, floats, patch);
            for (uint position = 0; position < field.PositionsEnd; position++)
            {
                (int t, int h, int w) = field.Split(position);
                bool key = t < field.KeyGrid.T && h < field.KeyGrid.H && w < field.KeyGrid.W;
                Assert.Equal(key, float.IsFinite(DistanceProbe.Measure(distance, (0, 0, 0), position)));
                Assert.Equal(key, float.IsFinite(DistanceProbe.Measure(floatDistance, (0, 0, 0), position)));
            }
        });

    [Fact]
    public void Volumes_with_different_channels_are_rejected() =>
        Assert.Throws<ArgumentException>(
            () => ByteDistance.Create(new Volume<byte>(new Extent(1, 1, 1), 1), new Volume<byte>(new Extent(1, 1, 1), 3), new Extent(1, 1, 1), new Workers(1)));

    private static void AssertExact(Volume<byte> query, Volume<byte> keys, Extent patch, IEnumerable<int> patches)
    {
        Extent queryGrid = query.Extent.PatchGrid(patch), keyGrid = keys.Extent.PatchGrid(patch);
        var field = new NearestNeighbourField(query.Extent, keys.Extent, patch);
        var distance = ByteDistance.Create(query, keys, patch, new Workers(2));
        foreach (int i in patches)
        {
            int j = (int)(((i * 5) + keyGrid.Count - 1) % keyGrid.Count);
            (int T, int H, int W) q = NaiveSearch.Position(i, queryGrid), k = NaiveSearch.Position(j, keyGrid);
            float expected = Squared(query, q, keys, k, patch);
            uint position = field.Position(k.T, k.H, k.W);
            Assert.Equal(expected, DistanceProbe.Measure(distance, q, position));
            Assert.Equal(expected, DistanceProbe.MeasureScalar(distance, q, position));
        }
    }

    private static int Squared(Volume<byte> query, (int T, int H, int W) q, Volume<byte> keys, (int T, int H, int W) k, Extent patch)
    {
        int sum = 0;
        for (int t = 0; t < patch.T; t++)
        {
            for (int h = 0; h < patch.H; h++)
            {
                ReadOnlySpan<byte> a = query.Row(q.T + t, q.H + h).Slice(q.W * query.Channels, patch.W * query.Channels);
                ReadOnlySpan<byte> b = keys.Row(k.T + t, k.H + h).Slice(k.W * keys.Channels, patch.W * keys.Channels);
                for (int i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
            }
        }

        return sum;
    }
}
