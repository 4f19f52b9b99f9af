using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>
/// Runs every kernel on synthetic volumes and hashes the results. The committed file <c>golden.txt</c> holds the expected lines, which are
/// the same for all devices and group shapes.
/// </summary>
/// <param name="engine">Engine of the device under test.</param>
internal sealed partial class GoldenScenes(GpuEngine engine)
{
    private static readonly Extent[] Patches = [new(3, 7, 7), new(3, 5, 5), new(2, 3, 4), new(1, 1, 1)];

    /// <summary>Returns one line per result: what was computed, and the first 16 digits of the SHA-256 of its bytes.</summary>
    /// <param name="large">Use volumes that need several groups per frame; otherwise volumes with few distances, for the simulator.</param>
    /// <param name="only">Selects patch sizes; <c>null</c> for all patch sizes of these volumes.</param>
    public IEnumerable<string> Lines(bool large, Func<Extent, bool>? only = null)
    {
        // Compilation dominates where kernels run on a CPU: the smaller default patch and single voxels are tested with tiny volumes only.
        Extent[] patches = [.. (large ? [Patches[0], Patches[2]] : Patches).Where(only ?? (_ => true))];
        string size = large ? "large" : "tiny";
        return Transfers().Concat(Resizing(large)).Concat(patches.SelectMany(p => Searches(p, large))).Concat(Loops())
            .Concat(patches.SelectMany(p => Indexed(p, large))).Concat(Shapes())
            .Select(line => $"{size} {line}");
    }

    private IEnumerable<string> Transfers()
    {
        foreach (int channels in (int[])[1, 2, 3, 4])
        {
            Volume<byte> a = RandomVolume.Noise<byte>(new Extent(2, 5, 7), channels, channels), b = RandomVolume.Noise<byte>(a.Extent, channels, 9);
            using DeviceVolume volume = engine.Upload([a, b]);
            yield return Line($"voxels {channels}", Bytes(volume, 4));
            yield return Line($"bytes {channels}", Bytes(volume, channels));
            using DeviceVolume second = engine.Select(volume, [1, 1, 0]);
            yield return Line($"chosen {channels}", Bytes(second, channels));
        }
    }

    private IEnumerable<string> Resizing(bool large)
    {
        Extent size = large ? new Extent(5, 23, 41) : new Extent(3, 5, 9);
        foreach (Scale scale in (Scale[])[new(0.7, 0.6, 0.55), new(1.3, 1.2, 1.45), new(1, 0.31, 2), Scale.One])
        {
            var wanted = new Extent((int)Math.Ceiling(size.T * scale.T), (int)Math.Ceiling(size.H * scale.H), (int)Math.Ceiling(size.W * scale.W));
            using DeviceVolume source = engine.Upload([RandomVolume.Noise<byte>(size, 4, 1), Discs(size, 4, 2)]);
            using DeviceVolume target = engine.Resize(source, wanted, scale);
            yield return Line($"resize {scale.T} {scale.H} {scale.W}", Bytes(target, 4));
        }

        using DeviceVolume joined = engine.Upload(RandomVolume.Noise<byte>(size with { T = 5 }, 3, 3));
        using DeviceVolume parts = engine.Upload(RandomVolume.Noise<byte>(new Extent(6, size.H + 2, size.W + 3), 3, 4));
        engine.ResizeFrames(
            joined, 2, size with { T = 3 }, parts, 1, parts.Extent with { T = 4 },
            new Scale(4 / 3.0, (size.H + 2.0) / size.H, (size.W + 3.0) / size.W));
        yield return Line("resize frames", Bytes(parts, 3));
    }

    /// <summary>Returns the lines for one patch size, without the size of the volumes.</summary>
    public IEnumerable<string> Searches(Extent patch, bool large)
    {
        Extent querySize = Around(patch, large ? new Extent(2, 11, 41) : new Extent(2, 3, 5));
        Extent keySize = Around(patch, large ? new Extent(3, 10, 37) : new Extent(3, 4, 3));
        foreach (int channels in patch.W == 5 && !large ? (int[])[3, 1, 4] : [3])
        {
            string what = $"{patch.T}x{patch.H}x{patch.W} {channels}";
            using DeviceVolume query = engine.Upload(
                [Discs(querySize, channels, 1), RandomVolume.Integers<byte>(querySize, channels, 3, 2)]);
            using DeviceVolume keys = engine.Upload(Discs(keySize, channels, 5));
            using DeviceVolume own = engine.Upload([Discs(keySize, channels, 6), RandomVolume.Integers<byte>(keySize, channels, 3, 7)]);
            using DeviceSeeds seeds = engine.Seeds([11, 12]);
            using DeviceWeights some = engine.Weights(SomeWeights(keySize.PatchGrid(patch)), keySize, patch);
            using DeviceField field = engine.Field(querySize, keySize, patch, 2);
            foreach ((string name, DeviceVolume among, DeviceWeights? weights) in
                     ((string, DeviceVolume, DeviceWeights?)[])[("shared", keys, null), ("own", own, null), ("weighted", keys, some)])
            {
                var task = new DeviceSearch
                {
                    Query = query,
                    Keys = among,
                    Field = field,
                    Weights = weights,
                    Seeds = seeds,
                    Purpose = 21,
                };
                engine.Exhaustive(task);
                yield return Line($"exhaustive {name} {what}", field);
                engine.JumpFlood(task);
                yield return Line($"jump flood {name} {what}", field);
                engine.JumpFlood(task with { Iteration = 1, Purpose = 22 });
                yield return Line($"second {name} {what}", field);
                engine.JumpFlood(task with { Iteration = 2, Purpose = 23 });
                yield return Line($"third {name} {what}", field);
                using PendingMeans means = engine.BeginMeanDistances(field);
                yield return $"means {name} {what} {string.Join(' ', means.Wait().Select(m => m.ToString("R", null)))}";
                if (name == "own") continue;
                foreach (VoteRule rule in Enum.GetValues<VoteRule>())
                {
                    using DeviceVolume output = engine.Allocate(querySize, 2);
                    engine.Vote(keys, field, rule, output);
                    yield return Line($"{rule} {name} {what}", Bytes(output, 4));
                }
            }

            // Unordered matches, whose votes need many passes over the candidates.
            using DeviceVolume noise = engine.Upload(RandomVolume.Noise<byte>(keySize, channels, 8));
            using DeviceField random = engine.Field(querySize, keySize, patch, 2);
            engine.JumpFlood(new DeviceSearch { Query = query, Keys = noise, Field = random, Seeds = seeds });
            foreach (VoteRule rule in Enum.GetValues<VoteRule>())
            {
                using DeviceVolume output = engine.Allocate(querySize, 2);
                engine.Vote(noise, random, rule, output);
                yield return Line($"{rule} noise {what}", Bytes(output, 4));
            }

            // Completeness weights, and the wide queries of the coarsest level.
            using DeviceVolume one = engine.Upload(Discs(querySize, channels, 1));
            using DeviceField reverse = engine.Field(keySize, querySize, patch), complete = engine.Field(querySize, keySize, patch);
            engine.Exhaustive(new DeviceSearch { Query = keys, Keys = one, Field = reverse, Seeds = seeds });
            using DeviceWeights whole = engine.CompletenessWeights(reverse, 0.5);
            engine.JumpFlood(new DeviceSearch { Query = one, Keys = keys, Field = complete, Weights = whole, Seeds = seeds });
            yield return Line($"complete {what}", complete);
            if (channels != 3) continue;
            Volume<float> far = RandomVolume.Noise(querySize, 3, 3), near = Discs(querySize, 3, 4).Plain();
            foreach (ref float sample in near.Samples) sample = (sample - 128) / 64;
            foreach (ref float sample in far.Samples) sample *= 9;
            using DeviceVolume wide = engine.UploadWide([far, near]);
            foreach (DeviceWeights? weights in (DeviceWeights?[])[null, some])
            {
                engine.Exhaustive(new DeviceSearch { Query = wide, Keys = keys, Field = field, Weights = weights, Seeds = seeds });
                yield return Line($"wide {(weights is null ? "all" : "some")} {what}", field);
            }
        }
    }

    private IEnumerable<string> Loops()
    {
        var patch = new Extent(3, 5, 5);
        Extent size = new(5, 8, 9);
        using DeviceVolume query = engine.Upload([RandomVolume.Noise<byte>(size, 3, 1), RandomVolume.Noise<byte>(size, 3, 2)]);
        using DeviceVolume frames = engine.Allocate(size with { T = 7 }, 2);
        engine.CopyFrames(query, 0, frames, 0, 7);
        yield return Line("frames", Bytes(frames, 3));
        using DeviceSeeds seeds = engine.Seeds([1, 2]);
        using DeviceField field = engine.Field(frames.Extent, size, patch, 2);
        engine.JumpFlood(new DeviceSearch { Query = frames, Keys = query, Field = field, Seeds = seeds });
        using DeviceField wrapped = engine.RepeatedBefore(field, 2);
        yield return Line("wrapped", Read(wrapped.Positions));
    }

    private static Extent Around(Extent patch, Extent grid) => new(patch.T + grid.T - 1, patch.H + grid.H - 1, patch.W + grid.W - 1);

    // Every fourth key is excluded; the weights of the others range from 1 to 3.
    private static float[] SomeWeights(Extent grid) =>
        [.. Enumerable.Range(0, (int)grid.Count).Select(i => i % 4 == 1 ? float.PositiveInfinity : 1 + (i % 3))];

    // Moving soft discs in integer arithmetic, because exponentials may differ between machines.
    private static Volume<byte> Discs(Extent extent, int channels, int seed)
    {
        var random = new Random(seed);
        var volume = new Volume<byte>(extent, channels);
        int[][] discs = [.. Enumerable.Range(0, 6).Select(_ => (int[])
        [
            random.Next(extent.H), random.Next(extent.W), random.Next(-1, 2), random.Next(-1, 2), random.Next(2, 4 + (extent.ShortSide / 3)),
            .. Enumerable.Range(0, channels).Select(_ => random.Next(-100, 101)),
        ])];
        for (int i = 0; i < volume.Count; i++)
        {
            int c = i % channels, voxel = i / channels, w = voxel % extent.W, h = voxel / extent.W % extent.H, t = voxel / extent.W / extent.H;
            int sum = 128;
            foreach (int[] disc in discs)
            {
                int dh = h - disc[0] - (t * disc[2]), dw = w - disc[1] - (t * disc[3]), radius = disc[4] * disc[4];
                sum += disc[5 + c] * Math.Max(0, radius - (dh * dh) - (dw * dw)) / radius;
            }

            volume.Samples[i] = (byte)Math.Clamp(sum, 0, 255);
        }

        return volume;
    }

    private byte[] Bytes(DeviceVolume volume, int channels)
    {
        Volume<byte>[] host = [.. Enumerable.Range(0, volume.Samples).Select(_ => new Volume<byte>(volume.Extent, channels))];
        engine.Download(volume, host);
        return [.. host.SelectMany(v => v.Samples.ToArray())];
    }

    private uint[] Read(DeviceBuffer buffer)
    {
        var numbers = new uint[buffer.Bytes / sizeof(uint)];
        engine.Device.Read(buffer, numbers.AsSpan());
        return numbers;
    }

    private string Line(string what, DeviceField field) => Line(what, [.. Read(field.Positions), .. Read(field.Distances)]);

    private static string Line<T>(string what, T[] values)
        where T : unmanaged => $"{what} {Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<T>(values)))[..16]}";
}
