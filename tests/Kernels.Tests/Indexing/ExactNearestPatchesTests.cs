using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Indexing;

public class ExactNearestPatchesTests
{
    private static readonly Extent Patch = new(3, 7, 7);

    [Fact]
    public void Match_is_the_first_of_the_nearest_patches() =>
        Properties.Holds(
            from patch in Gen.Elements(Patch, new Extent(3, 3, 3), new Extent(1, 5, 4), new Extent(1, 1, 1))
            from channels in Gen.Elements(1, 2, 3)
            from kind in Gen.Choose(0, 2)
            from seed in Gen.Choose(0, 1_000_000)
            select (patch, channels, kind, seed),
            c =>
            {
                Volume<byte> query = Make(new Extent(4, 12, 10), c.channels, c.kind, c.seed);
                Volume<byte> keys = Make(new Extent(5, 11, 17), c.channels, c.kind, c.seed + 1);
                int[] all = [.. Enumerable.Range(0, (int)query.Extent.PatchGrid(c.patch).Count)];
                (int[] index, double[] distance) = NaiveSearch.Search(query.Plain(), keys.Plain(), c.patch);
                NearestPatch[] found = ExactNearestPatches.Exact(query, keys, c.patch, all, new Workers(2));
                Assert.Equal(index, found.Select(f => f.Key));
                Assert.Equal(distance, found.Select(f => (double)f.Distance));
            },
            count: 25);

    [Fact]
    public void Matches_are_returned_in_the_order_of_the_query_indices()
    {
        Volume<byte> volume = RandomVolume.Noise<byte>(new Extent(4, 20, 24), 3, 1);
        NearestPatch[] expected = [new(300, 0), new(7, 0), new(300, 0)];
        Assert.Equal(expected, ExactNearestPatches.Exact(volume, volume, Patch, [300, 7, 300], new Workers(1)));
    }

    [Fact]
    public void Excluded_keys_are_never_matched()
    {
        Volume<byte> volume = RandomVolume.Blobs<byte>(new Extent(4, 14, 16), 3, 1);
        int[] all = [.. Enumerable.Range(0, (int)volume.Extent.PatchGrid(Patch).Count)];
        bool[] excluded = [.. all.Select(i => i % 3 != 1)];
        NearestPatch[] found = ExactNearestPatches.Exact(volume, volume, Patch, all, new Workers(2), excluded);
        Assert.All(found, f => Assert.Equal(1, f.Key % 3));
        Assert.All(all.Where(i => i % 3 == 1), i => Assert.Equal(0, found[i].Distance));

        // One key at a time: the nearest of all remaining keys.
        int[] alone = [.. all.Where(i => i % 3 == 1).Select(key => ExactNearestPatches.Exact(
            volume, volume, Patch, [0], new Workers(1), [.. all.Select(i => i != key)])[0].Distance)];
        Assert.Equal(alone.Min(), found[0].Distance);
        Assert.Throws<ArgumentException>(() => ExactNearestPatches.Exact(volume, volume, Patch, all, new Workers(1), [.. all.Select(_ => true)]));
    }

    [Fact]
    public void Matches_do_not_depend_on_the_number_of_threads()
    {
        Volume<byte> query = RandomVolume.Blobs<byte>(new Extent(5, 30, 40), 3, 1), keys = RandomVolume.Blobs<byte>(new Extent(6, 36, 44), 3, 2);
        int[] some = [.. Enumerable.Range(0, 200).Select(i => i * 11)];
        Assert.Equal(
            ExactNearestPatches.Exact(query, keys, Patch, some, new Workers(1)), ExactNearestPatches.Exact(query, keys, Patch, some, new Workers(4)));
    }

    [Fact]
    public void Volumes_that_cannot_be_compared_are_rejected()
    {
        var volume = new Volume<byte>(new Extent(3, 8, 8), 3);
        var workers = new Workers(1);
        Assert.Throws<ArgumentException>(() => ExactNearestPatches.Exact(volume, new Volume<byte>(volume.Extent, 1), Patch, [0], workers));
        Assert.Throws<ArgumentException>(() => ExactNearestPatches.Exact(volume, new Volume<byte>(new Extent(2, 8, 8), 3), Patch, [0], workers));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExactNearestPatches.Exact(volume, volume, Patch, [4], workers));
        Assert.Empty(ExactNearestPatches.Exact(volume, volume, Patch, [], workers));
    }

    // Soft blobs resemble videos, noise has no near patches, and few distinct values give many equally near patches.
    private static Volume<byte> Make(Extent extent, int channels, int kind, int seed) => kind switch
    {
        0 => RandomVolume.Blobs<byte>(extent, channels, seed),
        1 => RandomVolume.Noise<byte>(extent, channels, seed),
        _ => RandomVolume.Integers<byte>(extent, channels, 2, seed),
    };
}
