using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

// Kernels without a counterpart in version 0.1: these lines record their results when they were written.
internal sealed partial class GoldenScenes
{
    /// <summary>As <see cref="Searches"/>.</summary>
    public IEnumerable<string> Indexed(Extent patch, bool large)
    {
        string what = $"{patch.T}x{patch.H}x{patch.W}";
        Extent querySize = Around(patch, large ? new Extent(2, 11, 41) : new Extent(2, 3, 5));
        Extent keySize = Around(patch, large ? new Extent(3, 10, 37) : new Extent(3, 4, 3));
        using DeviceVolume query = engine.Upload([Discs(querySize, 3, 1), RandomVolume.Integers<byte>(querySize, 3, 3, 2)]);
        using DeviceVolume keys = engine.Upload(Discs(keySize, 3, 5));
        using DeviceSeeds seeds = engine.Seeds([11, 12]);
        using DeviceWeights some = engine.Weights(SomeWeights(keySize.PatchGrid(patch)), keySize, patch);
        using DeviceField field = engine.Field(querySize, keySize, patch, 2);
        foreach (DeviceWeights? weights in (DeviceWeights?[])[null, some])
        {
            string name = weights is null ? "all" : "some";
            using DeviceIndex index = engine.Index(keys, patch, weights);
            for (int i = 0; i < 3; i++)
            {
                engine.IndexedFlood(
                    new DeviceSearch { Query = query, Keys = keys, Field = field, Weights = weights, Seeds = seeds, Iteration = i, Purpose = (ulong)i }, index);
                yield return Line($"indexed {name} {i} {what}", field);
            }
        }

        bool[] mask = [.. Enumerable.Range(0, (int)querySize.Count).Select(i => i % 5 < 2)];
        using DeviceMask wanted = engine.Mask(mask, querySize);
        foreach (VoteRule rule in Enum.GetValues<VoteRule>())
        {
            using DeviceVolume output = engine.Select(query, [0, 1]);
            engine.Vote(keys, field, rule, output, wanted);
            yield return Line($"masked {rule} {what}", Bytes(output, 4));
        }

        // The query changes only at its end, so most blocks are unchanged.
        using DeviceChanges changes = engine.Changes(query, patch);
        using DeviceVolume changed = engine.Select(query, [0, 1]);
        engine.CopyFrames(query, 0, changed, querySize.T - 1, 1);
        engine.Update(changes, changed);
        engine.IndexedFlood(
            new DeviceSearch { Query = changed, Keys = keys, Field = field, Weights = some, Seeds = seeds, Iteration = 3, Purpose = 3, Changes = changes }, null);
        yield return Line($"changed {what}", field);

        using DeviceField finer = engine.Resized(field, Around(patch, new Extent(3, 5, 6)), Around(patch, new Extent(4, 5, 4)), patch);
        yield return Line($"resized {what}", Read(finer.Positions));

        // Motion in 16 bits on both sides, with and without excluded keys.
        using DeviceVolume wide = engine.UploadWide([RandomVolume.Noise(querySize, 3, 1), RandomVolume.Noise(querySize, 3, 2)], 1024, 0);
        using DeviceVolume wideKeys = engine.UploadWide([RandomVolume.Noise(keySize, 3, 3)], 1024, 0);
        foreach (DeviceWeights? weights in (DeviceWeights?[])[null, some])
        {
            engine.Exhaustive(new DeviceSearch { Query = wide, Keys = wideKeys, Field = field, Weights = weights, Seeds = seeds });
            yield return Line($"wide keys {(weights is null ? "all" : "some")} {what}", field);
        }

        // Completeness of two samples.
        using DeviceField reverse = engine.Field(keySize, querySize, patch, 2);
        engine.Exhaustive(new DeviceSearch { Query = keys, Keys = query, Field = reverse, Seeds = seeds });
        using DeviceWeights complete = engine.CompletenessWeights(reverse, 0.5);
        engine.JumpFlood(new DeviceSearch { Query = query, Keys = keys, Field = field, Weights = complete, Seeds = seeds });
        yield return Line($"complete batch {what}", field);
    }

    private IEnumerable<string> Shapes()
    {
        Extent size = new(4, 7, 9), offset = new(1, 2, 3), boxSize = new(2, 4, 5);
        using DeviceVolume whole = engine.Upload([RandomVolume.Noise<byte>(size, 3, 1), RandomVolume.Noise<byte>(size, 3, 2)]);
        using DeviceVolume known = engine.Upload(RandomVolume.Noise<byte>(size, 3, 3)), fourth = engine.Upload(RandomVolume.Noise<byte>(size, 1, 4));
        using DeviceVolume part = engine.Part(whole, offset, boxSize), joined = engine.Join(whole, fourth), around = engine.Around(whole, -3, 9);
        using DeviceMask mask = engine.Mask([.. Enumerable.Range(0, (int)boxSize.Count).Select(i => i % 3 > 0)], boxSize);
        yield return Line("part", Bytes(part, 3));
        yield return Line("joined", Bytes(joined, 4));
        yield return Line("around", Bytes(around, 3));
        engine.Merge(part, mask, new Extent(0, 1, 2), known, whole);
        yield return Line("merged", Bytes(whole, 3));
    }
}
