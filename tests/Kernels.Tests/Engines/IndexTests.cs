using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Tests.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;
using Xunit.Abstractions;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>Searches that start from an index on a device.</summary>
[Collection(nameof(OneDevice))]
public class IndexTests(OneDevice device, ITestOutputHelper output)
{
    private static readonly Extent Patch = new(3, 7, 7);

    /// <summary>Maximum ratio to the optimum from scratch and after five iterations; the CPU's search reaches 1.0130 and 1.0247 from scratch.</summary>
    [GpuTheory]
    [InlineData("related", 1.0075, 1.0035)]
    [InlineData("unrelated", 1.0140, 1.0070)]
    public void Search_from_an_index_stays_within_its_limit_above_the_optimum(string set, double first, double fifth) => device.Device.Invoke(engine =>
    {
        Volume<byte> query = Bytes(Vectors.Volume($"08_patchmatch/q_{set}_u8", bytes: true)), keys = Bytes(Vectors.Volume("08_patchmatch/k_u8", bytes: true));
        double optimum = Vectors.Array($"08_patchmatch/{set}_exact_dist").Values.ToArray().Average() * 127.5 * 127.5;
        using DeviceVolume q = engine.Upload(query), k = engine.Upload(keys);
        using DeviceField field = engine.Field(query.Extent, keys.Extent, Patch);
        using DeviceSeeds seeds = engine.Seeds([1]);
        using DeviceIndex index = engine.Index(k, Patch);
        for (int i = 0; i < 5; i++)
        {
            engine.IndexedFlood(new DeviceSearch { Query = q, Keys = k, Field = field, Seeds = seeds, Iteration = i, Purpose = (ulong)i }, index);
            using PendingMeans means = engine.BeginMeanDistances(field);
            double ratio = means.Wait()[0] / optimum;
            output.WriteLine($"{set}, iteration {i}: {ratio:F4} of the optimum");
            if (i == 0) Assert.InRange(ratio, 1, first);
            if (i == 4) Assert.InRange(ratio, 1, fifth);
        }
    });

    [GpuTheory]
    [InlineData(3, 7, 7)]
    [InlineData(2, 3, 4)]
    [InlineData(1, 1, 1)]
    public void Indexed_search_matches_allowed_keys_with_their_exact_distances(int t, int h, int w) => device.Device.Invoke(engine =>
    {
        var patch = new Extent(t, h, w);
        Volume<byte> query = RandomVolume.Blobs<byte>(new Extent(4, 14, 35), 3, 1), keys = RandomVolume.Blobs<byte>(new Extent(5, 12, 19), 3, 2);
        Extent grid = keys.Extent.PatchGrid(patch);
        float[] weights = [.. Enumerable.Range(0, (int)grid.Count).Select(i => i % 3 == 1 ? 1 : float.PositiveInfinity)];
        using DeviceVolume q = engine.Upload([query, query]), k = engine.Upload(keys);
        using DeviceSeeds seeds = engine.Seeds([1, 2]);
        using DeviceWeights some = engine.Weights(weights, keys.Extent, patch);
        foreach (DeviceWeights? allowed in (DeviceWeights?[])[null, some])
        {
            using DeviceIndex index = engine.Index(k, patch, allowed);
            using DeviceField field = engine.Field(query.Extent, keys.Extent, patch, 2);
            engine.IndexedFlood(new DeviceSearch { Query = q, Keys = k, Field = field, Seeds = seeds, Weights = allowed }, index);
            uint[] positions = Read(field.Positions), distances = Read(field.Distances);
            var found = new NearestNeighbourField(query.Extent, keys.Extent, patch);
            positions.AsSpan(0, found.Positions.Length).CopyTo(found.Positions);
            for (int i = 0; i < found.Distances.Length; i++) found.Distances[i] = distances[i];
            found.AssertSound(query, keys, patch);
            if (allowed is not null) Assert.All(found.Matches(), match => Assert.Equal(1, match % 3));

            // Samples differ only in their seeds, which initialisation from an index does not use.
            Assert.Equal(found.Positions.Length, positions.Length / 2);
        }

        uint[] Read(DeviceBuffer buffer)
        {
            var numbers = new uint[buffer.Bytes / sizeof(uint)];
            engine.Device.Read(buffer, numbers.AsSpan());
            return numbers;
        }
    });

    /// <summary>A query patch that is also a key has the key's descriptor, and the tree leads it to the key's leaf.</summary>
    [GpuFact]
    public void Index_finds_most_patches_that_are_also_keys() => device.Device.Invoke(engine =>
    {
        Volume<byte> keys = RandomVolume.Noise<byte>(new Extent(5, 20, 40), 3, 2);
        using DeviceVolume k = engine.Upload(keys);
        using DeviceSeeds seeds = engine.Seeds([1]);
        using DeviceIndex index = engine.Index(k, Patch);
        using DeviceField field = engine.Field(keys.Extent, keys.Extent, Patch);
        engine.IndexedFlood(new DeviceSearch { Query = k, Keys = k, Field = field, Seeds = seeds }, index);
        using PendingMeans means = engine.BeginMeanDistances(field);
        Assert.Equal(0, means.Wait()[0]);
    });

    /// <summary>Blocks have 8×4 patches; a patch of 3×5×5 voxels covers four more rows and columns, and two more frames.</summary>
    [GpuFact]
    public void Patches_without_changed_queries_nearby_keep_their_matches() => device.Device.Invoke(engine =>
    {
        var patch = new Extent(3, 5, 5);
        Volume<byte> query = RandomVolume.Noise<byte>(new Extent(5, 20, 44), 3, 1), keys = RandomVolume.Noise<byte>(new Extent(4, 12, 19), 3, 2);
        using DeviceVolume q = engine.Upload([query, query]), k = engine.Upload(keys);
        using DeviceField field = engine.Field(query.Extent, keys.Extent, patch, 2);
        using DeviceSeeds seeds = engine.Seeds([1, 2]);
        var task = new DeviceSearch { Query = q, Keys = k, Field = field, Seeds = seeds, Iteration = 3 };
        engine.JumpFlood(task with { Iteration = 0 });
        using DeviceChanges changes = engine.Changes(q, patch);
        uint[] before = Read(field.Positions);
        engine.Update(changes, q);
        engine.IndexedFlood(task with { Changes = changes }, null);
        Assert.Equal(before, Read(field.Positions));

        // Change one voxel of the second sample.
        Volume<byte> other = query.Clone();
        other.Row(2, 9)[3 * 20] ^= 255;
        using DeviceVolume changed = engine.Upload([query, other]);
        engine.Update(changes, changed);
        engine.IndexedFlood(task with { Query = changed, Changes = changes }, null);
        uint[] after = Read(field.Positions), distances = Read(field.Distances);
        int each = after.Length / 2;
        Assert.Equal(before.Take(each), after.Take(each));
        Extent grid = field.QueryGrid;
        for (int i = 0; i < each; i++)
        {
            int w = i % grid.W, h = i / grid.W % grid.H;
            bool seen = h / 4 * 4 <= 9 && (h / 4 * 4) + 7 >= 9 && w / 8 * 8 <= 20 && (w / 8 * 8) + 11 >= 20;
            if (!seen) Assert.Equal(before[each + i], after[each + i]);
        }

        Assert.NotEqual(before.Skip(each), after.Skip(each));
        var found = new NearestNeighbourField(query.Extent, keys.Extent, patch);
        after.AsSpan(each).CopyTo(found.Positions);
        for (int i = 0; i < each; i++) found.Distances[i] = distances[each + i];
        found.AssertSound(other, keys, patch);

        uint[] Read(DeviceBuffer buffer)
        {
            var numbers = new uint[buffer.Bytes / sizeof(uint)];
            engine.Device.Read(buffer, numbers.AsSpan());
            return numbers;
        }
    });

    private static Volume<byte> Bytes(Volume<float> floats)
    {
        var bytes = new Volume<byte>(floats.Extent, floats.Channels);
        for (int i = 0; i < bytes.Count; i++) bytes.Samples[i] = ColourConversion.ToByte(floats.Samples[i]);
        return bytes;
    }
}
