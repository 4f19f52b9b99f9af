using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Tests.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>Device operations for inpainting, analogies, loops and completeness, compared with the CPU.</summary>
[Collection(nameof(OneDevice))]
public class ShapeTests(OneDevice device)
{
    private static readonly Extent Patch = new(3, 5, 5);

    [GpuFact]
    public void Masked_vote_changes_only_voxels_in_the_mask() => device.Device.Invoke(engine =>
    {
        Volume<byte> values = RandomVolume.Noise<byte>(new Extent(4, 9, 11), 3, 1), before = RandomVolume.Noise<byte>(new Extent(5, 8, 37), 3, 2);
        bool[] mask = [.. Enumerable.Range(0, (int)before.Extent.Count).Select(i => i % 7 < 3)];
        foreach (VoteRule rule in Enum.GetValues<VoteRule>())
        {
            using DeviceVolume from = engine.Upload(values), all = engine.Upload([before, before]), some = engine.Upload([before, before]);
            using DeviceField field = engine.Field(before.Extent, values.Extent, Patch, 2);
            using DeviceSeeds seeds = engine.Seeds([1, 2]);
            engine.JumpFlood(new DeviceSearch { Query = all, Keys = from, Field = field, Seeds = seeds });
            using DeviceMask wanted = engine.Mask(mask, before.Extent);
            engine.Vote(from, field, rule, all);
            engine.Vote(from, field, rule, some, wanted);
            Volume<byte>[] whole = Download(engine, all, 3), masked = Download(engine, some, 3);
            for (int s = 0; s < 2; s++)
            {
                for (int i = 0; i < before.Count; i++)
                    Assert.Equal(mask[i / 3] ? whole[s].Samples[i] : before.Samples[i], masked[s].Samples[i]);
            }
        }
    });

    [GpuFact]
    public void Box_is_copied_from_a_volume_and_merged_into_known_voxels() => device.Device.Invoke(engine =>
    {
        Extent size = new(4, 7, 9), offset = new(1, 2, 3), boxSize = new(2, 4, 5);
        Volume<byte>[] samples = [RandomVolume.Noise<byte>(size, 3, 1), RandomVolume.Noise<byte>(size, 3, 2)];
        Volume<byte>[] boxes = [RandomVolume.Noise<byte>(boxSize, 3, 3), RandomVolume.Noise<byte>(boxSize, 3, 4)];
        Volume<byte> known = RandomVolume.Noise<byte>(size, 3, 5);
        bool[] mask = [.. Enumerable.Range(0, (int)boxSize.Count).Select(i => i % 3 > 0)];
        using DeviceVolume whole = engine.Upload(samples), box = engine.Upload(boxes), around = engine.Upload(known);
        using DeviceVolume part = engine.Part(whole, offset, boxSize);
        using DeviceMask wanted = engine.Mask(mask, boxSize);
        Volume<byte>[] cut = Download(engine, part, 3);
        engine.Merge(box, wanted, offset, around, whole);
        Volume<byte>[] merged = Download(engine, whole, 3);
        for (int s = 0; s < 2; s++)
        {
            for (int i = 0; i < known.Count; i++)
            {
                int w = (i / 3 % size.W) - offset.W, h = (i / 3 / size.W % size.H) - offset.H, t = (i / 3 / size.W / size.H) - offset.T;
                bool inside = (uint)t < 2 && (uint)h < 4 && (uint)w < 5;
                int at = (((t * boxSize.H) + h) * boxSize.W) + w;
                if (inside) Assert.Equal(samples[s].Samples[i], cut[s].Samples[(3 * at) + (i % 3)]);
                Assert.Equal(inside && mask[at] ? boxes[s].Samples[(3 * at) + (i % 3)] : known.Samples[i], merged[s].Samples[i]);
            }
        }
    });

    [GpuFact]
    public void Fourth_channel_contributes_to_distances_as_on_the_CPU() => device.Device.Invoke(engine =>
    {
        Volume<byte> query = RandomVolume.Integers<byte>(new Extent(4, 9, 12), 4, 5, 1), keys = RandomVolume.Integers<byte>(new Extent(5, 8, 9), 4, 5, 2);
        using DeviceVolume colours = engine.Upload(Channels(query, 0, 3)), fourth = engine.Upload(Channels(query, 3, 1)), joined = engine.Join(colours, fourth);
        using DeviceVolume keyColours = engine.Upload(Channels(keys, 0, 3)), keyFourth = engine.Upload(Channels(keys, 3, 1));
        using DeviceVolume keyJoined = engine.Join(keyColours, keyFourth);
        Assert.Equal(query.Samples.ToArray(), Download(engine, joined, 4)[0].Samples.ToArray());
        using DeviceField field = engine.Field(query.Extent, keys.Extent, Patch);
        using DeviceSeeds seeds = engine.Seeds([1]);
        engine.Exhaustive(new DeviceSearch { Query = joined, Keys = keyJoined, Field = field, Seeds = seeds });
        NearestNeighbourField exact = Searches.Run(SearchMethod.Exhaustive, query, keys, Patch);
        Assert.Equal(exact.Positions, Read(engine, field.Positions));
        Assert.Equal(exact.Distances, Read(engine, field.Distances).Select(d => (float)d));
    });

    [GpuFact]
    public void Search_over_16_bit_structure_finds_the_nearest_keys() => device.Device.Invoke(engine =>
    {
        // Motion from 0 to 1 with noise, and position channels from 0 to 0.1: too fine for bytes.
        Volume<float> query = RandomVolume.Noise(new Extent(3, 9, 11), 3, 1), keys = RandomVolume.Noise(new Extent(4, 8, 9), 3, 2);
        foreach (Volume<float> volume in (Volume<float>[])[query, keys])
            for (int i = 0; i < volume.Count; i++) volume.Samples[i] *= i % 3 == 0 ? 1 : 0.1f;
        const float scale = 1024;
        using DeviceVolume wide = engine.UploadWide([query, query], scale, 0), key = engine.UploadWide([keys], scale, 0);
        using DeviceField field = engine.Field(query.Extent, keys.Extent, Patch, 2);
        using DeviceSeeds seeds = engine.Seeds([1, 2]);
        engine.Exhaustive(new DeviceSearch { Query = wide, Keys = key, Field = field, Seeds = seeds });
        double exact = NaiveSearch.Search(query, keys, Patch).Distance.Average() * scale * scale;
        Assert.All(engine.BeginMeanDistances(field).Wait(), mean => Assert.Equal(exact, mean, 1e-3 * exact));
    });

    [GpuFact]
    public void Frames_and_fields_of_loops_wrap_around() => device.Device.Invoke(engine =>
    {
        Volume<byte>[] circles = [RandomVolume.Noise<byte>(new Extent(5, 6, 7), 3, 1), RandomVolume.Noise<byte>(new Extent(5, 6, 7), 3, 2)];
        using DeviceVolume circle = engine.Upload(circles), frames = engine.Around(circle, -7, 16);
        Volume<byte>[] around = Download(engine, frames, 3);
        for (int s = 0; s < 2; s++)
            for (int t = 0; t < 16; t++) Assert.Equal(circles[s].Frame((t + 3) % 5).ToArray(), around[s].Frame(t).ToArray());

        Volume<byte> query = RandomVolume.Noise<byte>(new Extent(6, 8, 9), 3, 3), keys = RandomVolume.Noise<byte>(new Extent(5, 8, 9), 3, 4);
        using DeviceVolume q = engine.Upload(query), k = engine.Upload(keys);
        using DeviceField field = engine.Field(query.Extent, keys.Extent, Patch);
        using DeviceSeeds seeds = engine.Seeds([1]);
        engine.Exhaustive(new DeviceSearch { Query = q, Keys = k, Field = field, Seeds = seeds });
        using DeviceField wrapped = engine.RepeatedBefore(field, 6);
        Assert.Equal(Searches.Run(SearchMethod.Exhaustive, query, keys, Patch).RepeatedBefore(6).Positions, Read(engine, wrapped.Positions));
    });

    [GpuFact]
    public void Resized_field_differs_from_the_CPUs_by_at_most_one_voxel() => device.Device.Invoke(engine =>
    {
        Volume<byte> query = RandomVolume.Blobs<byte>(new Extent(4, 14, 17), 3, 3), keys = RandomVolume.Blobs<byte>(new Extent(5, 13, 15), 3, 4);
        using DeviceVolume q = engine.Upload([query, query]), k = engine.Upload(keys);
        using DeviceField field = engine.Field(query.Extent, keys.Extent, Patch, 2);
        using DeviceSeeds seeds = engine.Seeds([1, 2]);
        engine.Exhaustive(new DeviceSearch { Query = q, Keys = k, Field = field, Seeds = seeds });
        NearestNeighbourField exact = Searches.Run(SearchMethod.Exhaustive, query, keys, Patch);
        foreach ((Extent finerQuery, Extent finerKeys) in ((Extent, Extent)[])[(query.Extent, keys.Extent), (new(5, 17, 21), new(6, 16, 19))])
        {
            using DeviceField resized = engine.Resized(field, finerQuery, finerKeys, Patch);
            NearestNeighbourField expected = exact.Resized(finerQuery, finerKeys, Patch);
            uint[] positions = Read(engine, resized.Positions);
            int same = 0;
            for (int i = 0; i < positions.Length; i++)
            {
                (int t, int h, int w) = expected.Split(positions[i]);
                (int T, int H, int W) right = expected.Match(i % expected.Positions.Length);
                Assert.InRange(Math.Max(Math.Abs(t - right.T), Math.Max(Math.Abs(h - right.H), Math.Abs(w - right.W))), 0, 1);
                if ((t, h, w) == right) same++;
            }

            Assert.InRange(same, finerQuery == query.Extent ? positions.Length : 0.95 * positions.Length, positions.Length);
        }
    });

    [GpuFact]
    public void Completeness_weights_of_each_sample_are_independent() => device.Device.Invoke(engine =>
    {
        Volume<byte>[] queries = [RandomVolume.Blobs<byte>(new Extent(4, 12, 14), 3, 3), RandomVolume.Blobs<byte>(new Extent(4, 12, 14), 3, 5)];
        Volume<byte> keys = RandomVolume.Blobs<byte>(new Extent(4, 13, 12), 3, 4);
        uint[] together = Search(queries), each = [.. Search([queries[0]]), .. Search([queries[1]])];
        Assert.Equal(each, together);

        uint[] Search(Volume<byte>[] samples)
        {
            using DeviceVolume q = engine.Upload(samples), k = engine.Upload(keys);
            using DeviceSeeds seeds = engine.Seeds([.. samples.Select(_ => 1UL)]);
            using DeviceField reverse = engine.Field(keys.Extent, q.Extent, Patch, samples.Length), field = engine.Field(q.Extent, keys.Extent, Patch, samples.Length);
            engine.Exhaustive(new DeviceSearch { Query = k, Keys = q, Field = reverse, Seeds = seeds });
            using DeviceWeights weights = engine.CompletenessWeights(reverse, 0.5);
            var task = new DeviceSearch { Query = q, Keys = k, Field = field, Weights = weights, Seeds = seeds };
            engine.Exhaustive(task);
            uint[] exact = Read(engine, field.Positions);
            engine.JumpFlood(task);
            return [.. exact.Chunk(exact.Length / samples.Length).Zip(Read(engine, field.Positions).Chunk(exact.Length / samples.Length)).SelectMany(p => (uint[])[.. p.First, .. p.Second])];
        }
    });

    private static Volume<byte> Channels(Volume<byte> volume, int first, int count)
    {
        var part = new Volume<byte>(volume.Extent, count);
        for (int i = 0; i < part.Count; i++) part.Samples[i] = volume.Samples[(i / count * volume.Channels) + first + (i % count)];
        return part;
    }

    private static Volume<byte>[] Download(GpuEngine engine, DeviceVolume volume, int channels)
    {
        Volume<byte>[] host = [.. Enumerable.Range(0, volume.Samples).Select(_ => new Volume<byte>(volume.Extent, channels))];
        engine.Download(volume, host);
        return host;
    }

    private static uint[] Read(GpuEngine engine, DeviceBuffer buffer)
    {
        var numbers = new uint[buffer.Bytes / sizeof(uint)];
        engine.Device.Read(buffer, numbers.AsSpan());
        return numbers;
    }
}
