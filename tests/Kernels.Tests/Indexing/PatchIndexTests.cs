using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Indexing;

public class PatchIndexTests
{
    private static readonly Gen<(Extent Patch, Extent Size, int Channels, int Seed)> Cases =
        from patch in Gen.OneOf(
            Gen.Elements(new Extent(3, 7, 7), new Extent(3, 5, 5), new Extent(1, 1, 1), new Extent(2, 4, 4)),
            Properties.Extents(new Extent(1, 1, 1), new Extent(4, 6, 9)))
        from size in Properties.Extents(patch, new Extent(patch.T + 3, patch.H + 9, patch.W + 20))
        from channels in Gen.Choose(1, 5)
        from seed in Gen.Choose(0, 1_000_000)
        select (patch, size, channels, seed);

    [Fact]
    public void Descriptor_distance_never_exceeds_the_patch_distance() =>
        Properties.Holds(Cases, c =>
        {
            Volume<float> volume = RandomVolume.Noise(c.Size, c.Channels, c.Seed);
            float[][] described = Describe(volume, c.Patch);
            for (int i = 0; i < described.Length; i++)
            {
                int j = ((i * 7) + 3) % described.Length;
                double apart = described[i].Zip(described[j]).Sum(p => ((double)p.First - p.Second) * ((double)p.First - p.Second));
                Assert.InRange(apart, 0, (NaiveSearch.Distance(volume, i, volume, j, c.Patch) * 1.0001) + 1e-6);
            }
        });

    [Fact]
    public void Index_finds_a_key_with_the_descriptor_of_the_query() =>
        Properties.Holds(Cases, c =>
        {
            Volume<float> keys = RandomVolume.Noise(c.Size, c.Channels, c.Seed);
            Extent grid = c.Size.PatchGrid(c.Patch);
            var index = new PatchIndex<float>(keys, c.Patch, new Workers(2));
            var field = new NearestNeighbourField(c.Size, c.Size, c.Patch);
            for (int row = 0; row < grid.T * grid.H; row++)
            {
                int t = row / grid.H, h = row % grid.H;
                float[] described = index.Describe(keys, t, h, grid.W);
                uint[] near = Near(index, described, grid.W);
                for (int w = 0; w < grid.W; w++)
                {
                    // Due to rounding, other keys may be as near, but not nearer than one rounding step per number.
                    Assert.Contains(near.Skip(w * PatchIndex<float>.Near).Take(PatchIndex<float>.Near), position =>
                    {
                        (int kt, int kh, int kw) = field.Split(position);
                        float[] key = index.Describe(keys, kt, kh, grid.W);
                        return Enumerable.Range(0, described.Length / grid.W)
                            .All(n => Math.Abs(described[(n * grid.W) + w] - key[(n * grid.W) + kw]) < 0.1);
                    });
                }
            }
        });

    /// <summary>With identical keys every split is a tie, and each query must still get a leaf of existing keys.</summary>
    [Fact]
    public void Index_of_identical_keys_returns_valid_keys() =>
        Properties.Holds(Cases, c =>
        {
            var keys = new Volume<byte>(c.Size, c.Channels);
            Extent grid = c.Size.PatchGrid(c.Patch);
            var index = new PatchIndex<byte>(keys, c.Patch, new Workers(1));
            var field = new NearestNeighbourField(c.Size, c.Size, c.Patch);
            Assert.All(Near(index, index.Describe(keys, 0, 0, grid.W), grid.W), position =>
            {
                (int t, int h, int w) = field.Split(position);
                Assert.True(t < grid.T && h < grid.H && w < grid.W);
            });
        });

    /// <summary>Above the maximum number of keys an evenly spaced subset is indexed; results are indices of all keys.</summary>
    [Fact]
    public void Index_samples_keys_evenly_when_there_are_too_many()
    {
        var patch = new Extent(1, 2, 2);
        Volume<byte> keys = RandomVolume.Noise<byte>(new Extent(2, 301, 501), 1, 1);
        Extent grid = keys.Extent.PatchGrid(patch);
        var index = new PatchIndex<byte>(keys, patch, new Workers(2));
        var field = new NearestNeighbourField(keys.Extent, keys.Extent, patch);
        var found = new HashSet<int>();
        for (int row = 0; row < grid.T * grid.H; row++)
        {
            foreach (uint position in Near(index, index.Describe(keys, row / grid.H, row % grid.H, grid.W), grid.W))
            {
                (int t, int h, int w) = field.Split(position);
                found.Add((((t * grid.H) + h) * grid.W) + w);
            }
        }

        Assert.Equal(300_000, grid.Count);
        Assert.All(found, key => Assert.True(key < grid.Count && key % 3 == 0));
        Assert.InRange(found.Count, 80_000, 100_000);
    }

    private static uint[] Near<T>(PatchIndex<T> index, float[] described, int patches)
        where T : unmanaged
    {
        var near = new uint[patches * PatchIndex<T>.Near];
        index.Lead(described, near);
        return near;
    }

    private static float[][] Describe(Volume<float> volume, Extent patch)
    {
        Extent grid = volume.Extent.PatchGrid(patch);
        var descriptor = new PatchDescriptor(patch, volume.Channels);
        var described = new List<float[]>();
        var numbers = new float[descriptor.Size * grid.W];
        for (int row = 0; row < grid.T * grid.H; row++)
        {
            descriptor.Row(volume, row / grid.H, row % grid.H, numbers, grid.W);
            for (int w = 0; w < grid.W; w++)
                described.Add([.. Enumerable.Range(0, descriptor.Size).Select(i => numbers[(i * grid.W) + w])]);
        }

        return [.. described];
    }
}
