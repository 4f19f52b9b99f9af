using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>Computes several samples of a plan at a time on a device; the small levels of a single sample would leave most of it idle.</summary>
internal sealed class GpuBackend : ILevelBackend
{
    /// <exception cref="VgpnnException">Kind Usage: devices do not support the options. Kind Device: one sample does not fit.</exception>
    public GpuBackend(GpuDevice device, RunInputs inputs)
    {
        DeviceSupport.ThrowIfUnfit(inputs.Options, device);
        (PyramidPlan plan, MethodOptions options) = (inputs.Plan, inputs.Options);
        (Device, Inputs) = (device, inputs);
        Levels = new GpuLevels(device.Memory, inputs.Source.Of<byte>(), plan);
        Canvas = new GpuCanvas(inputs);
        BatchSize = GpuBuffers.LargestBatch(inputs, device);
        StartBatchSize = plan.Starts == 1 ? BatchSize : GpuBuffers.LargestStartBatch(inputs, device, BatchSize * plan.Starts);
    }

    public GpuDevice Device { get; }

    public RunInputs Inputs { get; }

    /// <summary>The input on the device, shared by all batches.</summary>
    public GpuLevels Levels { get; }

    public GpuCanvas Canvas { get; }

    public int BatchSize { get; }

    public int StartBatchSize { get; }

    public double Evaluations(LevelPlan level, int iteration)
    {
        double forward = Distances(Searches(level, iteration), level.QueryGrid.Count, level.KeyGrid.Count, level.SearchIteration(iteration));
        return Inputs.Options.Completeness is null
            ? forward
            : forward + Distances(SearchesKeys(level, iteration), level.KeyGrid.Count, level.QueryGrid.Count, level.SearchIteration(iteration));
    }

    public MemoryEstimate Memory(int samples, int finest) => GpuBuffers.Of(Inputs.Plan, Inputs.Options, samples, finest, Device.UsesFormerSearch);

    public ILevelBatch Open(IReadOnlyList<ulong> seeds, int finest, Workers workers) => new GpuBatch(
        this, seeds, Device.Memory.Reserve(Memory(seeds.Count, finest).PeakBytes, workers.Cancellation), workers);

    /// <summary>
    /// The search of a level's iteration: as on every backend, but exhaustive if the query has 16 bits per channel, which no other search on devices reads.
    /// PatchMatch is <see cref="GpuEngine.IndexedFlood"/>.
    /// </summary>
    public SearchMethod Searches(LevelPlan level, int iteration) => IsWide(level, iteration)
        ? SearchMethod.Exhaustive
        : Former(LevelSearch.Method(Inputs.Options, level));

    /// <summary>The search for every key's nearest query.</summary>
    public SearchMethod SearchesKeys(LevelPlan level, int iteration) => IsWide(level, iteration)
        ? SearchMethod.Exhaustive
        : Former(LevelSearch.ReverseMethod(Inputs.Options, level));

    /// <summary>Whether searches skip patches whose queries have not changed.</summary>
    public bool FollowsChanges(LevelPlan level) => GpuBuffers.FollowsChanges(Inputs.Options, level, Device.UsesFormerSearch);

    /// <summary>Frees the inputs' buffers on the device; those that a batch uses, when the batch ends.</summary>
    public void Release() => Device.Free(Levels.Release);

    private bool IsWide(LevelPlan level, int iteration) => level == Inputs.Plan.Coarsest && iteration == 0 && GpuBuffers.IsWide(level);

    // Version 0.1 searched as the official program does.
    private SearchMethod Former(SearchMethod method) =>
        Device.UsesFormerSearch && method == SearchMethod.PatchMatch ? SearchMethod.JumpFlood : method;

    private static double Distances(SearchMethod method, long queries, long keys, int iteration) => method switch
    {
        SearchMethod.Exhaustive => (double)queries * keys,
        SearchMethod.PatchMatch => GpuEngine.IndexedEvaluations(queries, iteration),
        _ => GpuEngine.Evaluations(queries, iteration),
    };
}
