using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Cpu;

/// <summary>
/// Lists the buffers of a run on the CPU, named as in <see cref="CpuBatch{T}"/> and <see cref="VpnnLayer{T}"/>. Every volume allocated there is listed here;
/// a test compares the sum with the measured memory.
/// </summary>
internal static class CpuBuffers
{
    /// <summary>Size in bytes from which unreachable volumes are collected before more are allocated.</summary>
    public const long LargeVolume = 16L << 20;

    // The runtime, the program, ffmpeg's pipes and the threads' scratch memory.
    internal const long BaseBytes = 96L << 20;

    // Levels of the input pyramid are kept between samples up to this sum.
    private const long KeptLevelBytes = 256L << 20;

    // A key's weight, its number among the allowed keys, and the memory to find whether it touches a mask.
    private const int KeyWeightBytes = sizeof(float) + sizeof(int) + 2;

    /// <summary>The buffers of a plan.</summary>
    /// <param name="plan">The plan; <see cref="PyramidPlan.PeakBytes"/> may be unset.</param>
    /// <param name="options">The options of the method.</param>
    /// <param name="flow">Estimates motion, if the output follows a structure.</param>
    public static MemoryEstimate Of(PyramidPlan plan, MethodOptions options, IOpticalFlow? flow = null) =>
        new(options.Engine == Engine.Float ? List<float>(plan, options, flow) : List<byte>(plan, options, flow));

    /// <summary>The finest level of the input pyramid that is kept between samples; levels are kept from the coarsest on, while they fit.</summary>
    public static int FinestKeptLevel<T>(IReadOnlyList<LevelPlan> levels)
        where T : unmanaged
    {
        long bytes = 0;
        int n = levels.Count;
        while (n > 1 && (bytes += Volume.Bytes<T>(levels[n - 1].Input, 3)) <= KeptLevelBytes) n--;
        return n;
    }

    /// <summary>Bytes that a search holds in addition to its volumes and field.</summary>
    /// <param name="level">The level.</param>
    /// <param name="method">The search.</param>
    /// <param name="reverse">Whether it finds the nearest query of each key.</param>
    /// <param name="iteration">EM iteration.</param>
    internal static long SearchBytes<T>(LevelPlan level, SearchMethod method, bool reverse, int iteration)
        where T : unmanaged => PatchSearches.Create<T>(method).WorkingBytes(
            reverse ? level.Input : level.Query, reverse ? level.Query : level.Input, level.Patch, level.Channels, level.SearchIteration(iteration));

    private static List<LevelBuffer> List<T>(PyramidPlan plan, MethodOptions options, IOpticalFlow? flow)
        where T : unmanaged
    {
        IReadOnlyList<LevelPlan> levels = plan.Levels;
        int kept = FinestKeptLevel<T>(levels);
        List<LevelBuffer> all =
        [
            new(null, "program", BaseBytes, Steps.Always),
            new(null, "frames of the input", 3 * plan.Input.Count, Steps.Run),
            new(null, "frames of the sample", 3 * plan.Output.Count, Steps.Run),
            new(null, "input in full size", Volume.Bytes<T>(plan.Input, 3), Steps.Run),
        ];
        all.AddRange(levels.Skip(kept).Select(l => new LevelBuffer(null, $"input at level {l.Index}", Volume.Bytes<T>(l.Input, 3), Steps.Run)));
        if (options.Application == Application.Inpainting) AddMasked<T>(all, plan, kept);
        if (plan.Followed is { } followed) AddStructure(all, levels, options, followed, flow ?? new DenseInverseSearch());
        foreach (LevelPlan level in levels) all.AddRange(Level<T>(plan, options, level, kept));
        return all;
    }

    // The known video has a pyramid of its own, and each level has a mask.
    private static void AddMasked<T>(List<LevelBuffer> all, PyramidPlan plan, int kept)
        where T : unmanaged
    {
        all.Add(new(null, "frames of the known video", 3 * plan.Output.Count, Steps.Run));
        all.Add(new(null, "known video in full size", Volume.Bytes<T>(plan.Output, 3), Steps.Run));
        foreach (LevelPlan level in plan.Levels)
        {
            all.Add(new(null, $"mask at level {level.Index}", level.Output.Count, Steps.Run));
            if (level.Index >= kept) all.Add(new(null, $"known video at level {level.Index}", Volume.Bytes<T>(level.Output, 3), Steps.Run));
        }
    }

    // The clips, their motion, and the memory to estimate the motion of one of them.
    private static void AddStructure(
        List<LevelBuffer> all, IReadOnlyList<LevelPlan> levels, MethodOptions options, IReadOnlyList<InputSize> followed, IOpticalFlow flow)
    {
        all.Add(new(null, "weights of the network", flow.WeightBytes, Steps.Always));
        all.AddRange(followed.Select(f => new LevelBuffer(null, $"frames of the {f.Role}", 3 * f.Size.Count, Steps.Always)));
        foreach (LevelPlan level in levels.Where(l => l.Guide != Guide.Colour))
        {
            all.Add(new(null, $"structure of the output at level {level.Index}", Volume.Bytes<float>(level.Output, 1), Steps.Always));
            all.Add(new(null, $"structure of the source at level {level.Index}", Volume.Bytes<float>(level.Input, 1), Steps.Always));
        }

        all.Add(new(null, "finding structure", followed.Max(Finding), Steps.Prepare));

        long Finding(InputSize input)
        {
            long volume = Volume.Bytes<float>(input.Size, 1);
            if (input.Role == InputRole.Sketch) return volume;
            if (options.Application == Application.Sketch && options.Match == InkMatch.Contrast)
                return (2 * Volume.Bytes<byte>(input.Size, 3)) + (2 * volume);
            (_, int height, int width) = input.Size;
            return Volume.Bytes<byte>(input.Size, 3) + (3 * volume)
                + flow.WorkingBytes(height, width) + (2 * sizeof(float) * (long)height * width);
        }
    }

    private static IEnumerable<LevelBuffer> Level<T>(PyramidPlan plan, MethodOptions options, LevelPlan level, int kept)
        where T : unmanaged
    {
        int n = level.Index;
        yield return Of("output", Volume.Bytes<T>(level.Output, 3));
        if (!((n == 0 && plan.Clips == 1) || (n > 0 && n >= kept))) yield return Of("values", Volume.Bytes<T>(level.Input, 3), Steps.Run);
        if (n + 1 < plan.Levels.Count)
        {
            LevelPlan coarser = plan.Levels[n + 1];
            yield return Of("blurred keys", Volume.Bytes<T>(level.Input, 3));
            yield return Of("coarser output", Volume.Bytes<T>(coarser.Output, 3), Steps.Resample);
            if (n + 1 < kept) yield return Of("coarser values", Volume.Bytes<T>(coarser.Input, 3), Steps.Resample);
            if (level.StartsFromCoarser)
            {
                yield return Of("coarser matches", NearestNeighbourField.Bytes(coarser.QueryGrid));
                yield return Of("coarser reverse matches", NearestNeighbourField.Bytes(coarser.KeyGrid));
            }
        }
        else
        {
            yield return Of("query with noise", Volume.Bytes<float>(level.Output, 3));
            yield return Of("keys as floats", Volume.Bytes<float>(level.Input, 3));
        }

        bool masked = options.Application == Application.Inpainting;
        if (masked || plan.Clips > 1) yield return Of("key weights", KeyWeightBytes * level.KeyGrid.Count);
        if (masked)
        {
            yield return Of("query in the box", Volume.Bytes<T>(level.Query, 3));
            yield return Of("vote in the box", Volume.Bytes<T>(level.Query, 3));
        }

        if (options.Loop)
        {
            Extent voted = LoopCanvas.Voted(level);
            yield return Of("query around the end", Volume.Bytes<T>(level.Query, 3));
            yield return Of("vote around the end", Volume.Bytes<T>(voted, 3));
            yield return Of("matches around the end", NearestNeighbourField.Bytes(voted.PatchGrid(level.Patch)));
        }

        if (level.Guide == Guide.StructureAndColour)
        {
            yield return Of("query with structure", Volume.Bytes<T>(level.Query, 4));
            yield return Of("keys with structure", Volume.Bytes<T>(level.Input, 4));
        }
        else if (level.Guide == Guide.Structure)
        {
            yield return Of("query of structure", Volume.Bytes<float>(level.Query, 3));
            yield return Of("keys of structure", Volume.Bytes<float>(level.Input, 3));
        }

        foreach (LevelBuffer buffer in Search<T>(options, level)) yield return buffer;
        if (plan.Starts == 1 || n < plan.Levels.Count - 2) yield break;
        yield return Of("mean of the input at the coarsest levels", SampleStart.HeldBytes(plan.Levels), Steps.Run);
        if (level == SampleStart.JudgedLevel(plan.Levels)) yield return Of("judging a start", SampleStart.JudgingBytes<T>(level), Steps.Judge);

        LevelBuffer Of(string name, long bytes, Steps lifetime = Steps.Level) => new(n, name, bytes, lifetime);
    }

    // With completeness there are two searches, one after the other: the list has the larger one.
    private static IEnumerable<LevelBuffer> Search<T>(MethodOptions options, LevelPlan level)
        where T : unmanaged
    {
        SearchMethod method = LevelSearch.Method(options, level);
        long first = SearchBytes<T>(level, method, reverse: false, 0), later = SearchBytes<T>(level, method, reverse: false, 1);
        if (options.Completeness is not null)
        {
            SearchMethod reverse = LevelSearch.ReverseMethod(options, level);
            first = Math.Max(first, SearchBytes<T>(level, reverse, reverse: true, 0));
            later = Math.Max(later, SearchBytes<T>(level, reverse, reverse: true, 1));
            yield return new(level.Index, "reverse matches", NearestNeighbourField.Bytes(level.KeyGrid), Steps.AnySearch);
            yield return new(level.Index, "completeness weights", sizeof(float) * level.KeyGrid.Count, Steps.AnySearch);
        }

        yield return new(level.Index, "matches", NearestNeighbourField.Bytes(level.QueryGrid), Steps.AnySearch | Steps.Vote);
        yield return new(level.Index, "search", later, Steps.AnySearch);
        yield return new(level.Index, "index of the keys", Math.Max(0, first - later), Steps.SearchStart);
    }
}
