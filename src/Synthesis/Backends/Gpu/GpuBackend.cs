using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>A device: several samples of a plan at a time, because small levels of one sample would leave most of it idle.</summary>
internal sealed class GpuBackend : ILevelBackend
{
    /// <exception cref="VgpnnException">Kind Usage: devices cannot do what the options say. Kind Device: not even one sample fits.</exception>
    public GpuBackend(GpuDevice device, RunInputs inputs)
    {
        DeviceSupport.ThrowIfUnfit(inputs.Options);
        (PyramidPlan plan, MethodOptions options) = (inputs.Plan, inputs.Options);
        (Device, Inputs) = (device, inputs);
        Levels = new GpuLevels(device.Memory, inputs.Source.Of<byte>(), plan);
        Canvas = new GpuCanvas(options);
        BatchSize = GpuBuffers.LargestBatch(plan, options, device);
        StartBatchSize = plan.Starts == 1 ? BatchSize : GpuBuffers.LargestStartBatch(plan, options, device, BatchSize * plan.Starts);
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
        long queries = level.QueryGrid.Count;
        return Searches(level, iteration) == SearchMethod.Exhaustive
            ? (double)queries * level.KeyGrid.Count
            : OpenClEngine.Evaluations(queries, iteration);
    }

    public MemoryEstimate Memory(int samples, int finest) => GpuBuffers.Of(Inputs.Plan, Inputs.Options, samples, finest);

    public ILevelBatch Open(IReadOnlyList<ulong> seeds, int finest, Workers workers) => new GpuBatch(
        this, seeds, Device.Memory.Reserve(Memory(seeds.Count, finest).PeakBytes, workers.Cancellation), workers.Cancellation);

    /// <summary>How a device searches: as every backend, and exhaustively where the query has 16 bits a channel, which no other search there reads.</summary>
    public SearchMethod Searches(LevelPlan level, int iteration) =>
        level == Inputs.Plan.Coarsest && iteration == 0 && GpuBuffers.IsWide(level)
            ? SearchMethod.Exhaustive
            : LevelSearch.Method(Inputs.Options, level);

    /// <summary>Frees what the device holds of the inputs; what a batch uses, when the batch ends.</summary>
    public void Release() => Device.Free(Levels.Release);
}
