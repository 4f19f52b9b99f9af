using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// Lists the buffers of a batch on a device, named as in <see cref="GpuBatch"/>, <see cref="GpuCanvas"/> and <see cref="GpuLevels"/>. Every buffer allocated
/// there is listed here: a batch reserves the sum, and a test compares it with the memory that the device holds.
/// </summary>
public static class GpuBuffers
{
    // More samples do not use a device better.
    private const int LargestUseful = 16;

    // Tables of filters, seeds, sums and kernels.
    internal const long Spare = 16L << 20;

    // Frames on either side of a loop that an enlarging filter may reach.
    private const int LoopReach = 3;

    // The coarsest query keeps its noise in 16 bits per channel, and is searched exhaustively in one launch, up to this number of patch distances. The query
    // of a larger coarsest level is reduced to bytes and searched like all others.
    private const double MostWide = 1e10;
    private const int WideVoxelBytes = 8;

    /// <summary>Maximum number of bytes that a batch holds on a device, its input included.</summary>
    /// <param name="plan">The levels.</param>
    /// <param name="options">The options of the method.</param>
    /// <param name="samples">Samples in the batch.</param>
    public static long PeakBytes(PyramidPlan plan, MethodOptions options, int samples = 1)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(options);
        return Of(plan, options, samples, 0, former: false).PeakBytes;
    }

    /// <exception cref="VgpnnException">Kind Device: one sample does not fit.</exception>
    internal static int LargestBatch(RunInputs inputs, GpuDevice device)
    {
        PyramidPlan plan = inputs.Plan;
        for (int samples = Math.Min(LargestUseful, WideTogether(plan)); samples > 0; samples /= 2)
            if (Fits(inputs, device, samples, 0)) return samples;
        long needed = Math.Max(PeakBytes(plan, inputs.Options), LargestBuffer(plan, 1, 0));
        throw new VgpnnException(
            ErrorKind.Device, "device-memory",
            $"the run needs {needed >> 20} MiB on {device.Name}, with a buffer of {LargestBuffer(plan, 1, 0) >> 20} MiB; the device allows "
            + $"{device.UsableBytes >> 20} MiB, and buffers up to {device.MaxBuffer >> 20} MiB",
            "reduce the size (--max-height, --frames), or use --device cpu");
    }

    /// <summary>Number of starts whose two coarsest levels run at once: all of a batch, or as many as fit.</summary>
    internal static int LargestStartBatch(RunInputs inputs, GpuDevice device, int wanted)
    {
        PyramidPlan plan = inputs.Plan;
        int starts = Math.Min(wanted, WideTogether(plan));
        while (starts > 1 && !Fits(inputs, device, starts, plan.Levels.Count - 2)) starts /= 2;
        return starts;
    }

    /// <summary>Whether the coarsest query has 16 bits per channel. It depends on one sample only, so that a result does not depend on its batch.</summary>
    internal static bool IsWide(LevelPlan coarsest) => Distances(coarsest) <= MostWide;

    /// <summary>Whether searches skip patches whose queries have not changed: keys and weights must equal those of the previous search.</summary>
    internal static bool FollowsChanges(MethodOptions options, LevelPlan level, bool former) =>
        !former && level.Iterations > 2 && options.Completeness is null && LevelSearch.Method(options, level) == SearchMethod.PatchMatch;

    internal static long Voxels(Extent size) => size.Count * DeviceVolume.VoxelBytes;

    // A weight for every position and a list of the allowed ones.
    internal static long WeightBytes(LevelPlan level) => 2 * sizeof(uint) * level.Input.Count;

    internal static MemoryEstimate Of(PyramidPlan plan, MethodOptions options, int samples, int finest, bool former)
    {
        Extent full = plan.Levels[0].Input;
        List<LevelBuffer> all =
        [
            new(null, "tables", Spare, Steps.Run),
            new(null, "input in full size", Voxels(full), Steps.Run),
            new(null, "upload of the input", 3 * full.Count, Steps.Run),
        ];
        foreach (LevelPlan level in plan.Levels.Skip(finest)) all.AddRange(Level(plan, options, level, samples, former));
        return new MemoryEstimate(all);
    }

    private static IEnumerable<LevelBuffer> Level(PyramidPlan plan, MethodOptions options, LevelPlan level, int samples, bool former)
    {
        int n = level.Index;
        Extent full = plan.Levels[0].Input;
        yield return Of("output", Voxels(level.Output) * samples, Steps.Run & ~Steps.Values);

        // Results are unpacked before the download, 3 bytes per voxel, which continues while the next level begins.
        yield return Of("download", 3 * level.Output.Count * samples, Steps.Run);
        if (HasKeyWeights(plan, options)) yield return Of("key weights", WeightBytes(level), Steps.Run);
        if (NeedsIndex(plan, options, level, former)) yield return Of("index of the keys", DeviceIndex.Bytes(level.KeyGrid), Steps.Run);
        if (FollowsChanges(options, level, former)) yield return Of("queries of the last search", DeviceChanges.Bytes(level.Query, samples), Steps.AnySearch | Steps.Vote);
        if (options.Application == Application.Inpainting)
        {
            yield return Of("mask and known video", Voxels(level.Output) + level.Query.Count, Steps.Level);
            yield return Of("query within the mask", 2 * Voxels(level.Query) * samples, Steps.AnySearch | Steps.Vote);
        }

        if (level.Guide == Guide.StructureAndColour)
        {
            yield return Of("structure", Voxels(level.Output) + Voxels(level.Input), Steps.Level);
            yield return Of("colours with structure", (Voxels(level.Query) * samples) + Voxels(level.Input), Steps.AnySearch);
        }

        if (level.Guide == Guide.Structure) yield return Of("structure as keys", WideVoxelBytes * level.Input.Count, Steps.Level);
        if (options.Completeness is not null)
            yield return Of("completeness", DeviceField.Bytes(level.KeyGrid, samples) + (sizeof(uint) * level.Input.Count * samples), Steps.Level);
        if (level.StartsFromCoarser && level.Index + 1 < plan.Levels.Count)
        {
            LevelPlan from = plan.Levels[level.Index + 1];
            long users = options.Completeness is null ? 0 : DeviceField.Bytes(from.KeyGrid, samples);
            yield return Of("matches of the coarser level", DeviceField.Bytes(from.QueryGrid, samples) + users, Steps.Values);
        }

        if (n > 0)
        {
            yield return Of("values", Voxels(level.Input), Steps.Run);
            yield return Of("making the values", GpuEngine.ResizingBytes(full, level.Input, 1), Steps.Values);
        }

        yield return Of("matches", DeviceField.Bytes(level.QueryGrid, samples), level.StartsFromCoarser ? Steps.Level : Steps.AnySearch | Steps.Vote);
        if (n + 1 < plan.Levels.Count)
        {
            LevelPlan coarser = plan.Levels[n + 1];
            yield return Of("coarser output", Voxels(coarser.Output) * samples, Steps.Values | Steps.Enlarge);
            Extent wrapped = options.Loop ? coarser.Output with { T = coarser.Output.T + (2 * LoopReach) } : coarser.Output;
            yield return Of("coarser download", 3 * coarser.Output.Count * samples, Steps.Level);
            yield return Of("enlarging the output", GpuEngine.ResizingBytes(wrapped, level.Output, samples), Steps.Enlarge);
            yield return Of("blurred keys", Voxels(level.Input), Steps.Blur | Steps.AnySearch);
            yield return Of("coarser values", Voxels(coarser.Input), Steps.Blur);
            long making = GpuEngine.ResizingBytes(full, coarser.Input, 1), enlarging = GpuEngine.ResizingBytes(coarser.Input, level.Input, 1);
            yield return Of("making and enlarging the coarser values", Math.Max(making, enlarging), Steps.Blur);
            if (options.Loop) yield return Of("coarser output around the end", Voxels(wrapped) * samples, Steps.Enlarge);
        }
        else
        {
            yield return Of("query with noise", WideVoxelBytes * level.Query.Count * samples, Steps.Level);
        }

        if (options.Loop)
        {
            Extent longer = level.Query with { T = level.Query.T + level.Patch.T };
            yield return Of("query around the end", Voxels(level.Query) * samples, Steps.AnySearch);
            yield return Of("vote around the end", Voxels(longer) * samples, Steps.Vote);
            yield return Of("matches around the end", DeviceField.Bytes(longer, samples), Steps.Vote);
        }

        if (plan.Starts > 1 && n == plan.Levels.Count - 2) yield return Of("judging starts", DeviceField.Bytes(level.KeyGrid, samples), Steps.Judge);

        LevelBuffer Of(string name, long bytes, Steps lifetime = Steps.AnySearch | Steps.Vote) => new(n, name, bytes, lifetime);
    }

    private static bool Fits(RunInputs inputs, GpuDevice device, int samples, int finest) =>
        Of(inputs.Plan, inputs.Options, samples, finest, device.UsesFormerSearch).PeakBytes <= device.UsableBytes
        && LargestBuffer(inputs.Plan, samples, finest) <= device.MaxBuffer;

    // Joints between clips, and patches that touch a mask, are left out.
    private static bool HasKeyWeights(PyramidPlan plan, MethodOptions options) => plan.Clips > 1 || options.Application == Application.Inpainting;

    private static bool NeedsIndex(PyramidPlan plan, MethodOptions options, LevelPlan level, bool former) =>
        !former && level.SearchIteration(0) == 0 && !(level == plan.Coarsest && IsWide(level)) && LevelSearch.Method(options, level) == SearchMethod.PatchMatch;

    private static long LargestBuffer(PyramidPlan plan, int samples, int finest) =>
        plan.Levels.Skip(finest).Max(level => Math.Max(Voxels(level.Input), 2 * Voxels(level.Output) * samples));

    private static double Distances(LevelPlan level) => (double)level.QueryGrid.Count * level.KeyGrid.Count;

    private static int WideTogether(PyramidPlan plan) =>
        IsWide(plan.Coarsest) ? (int)Math.Clamp(MostWide / Distances(plan.Coarsest), 1, int.MaxValue) : int.MaxValue;
}
