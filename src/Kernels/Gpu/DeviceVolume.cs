using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

/// <summary>Volumes of equal size on a device: one for each sample of a batch, or one shared by all samples.</summary>
public sealed class DeviceVolume : IDisposable
{
    /// <summary>Bytes per voxel, for any number of channels.</summary>
    public const int VoxelBytes = 4;

    /// <summary>Bytes per voxel with 16 bits per channel.</summary>
    internal const int WideVoxelBytes = 8;

    internal DeviceVolume(Device device, Extent extent, int samples, bool wide = false)
    {
        // Kernels index voxels with 32 bits.
        if (extent.Count * samples > int.MaxValue)
            throw new DeviceException(DeviceFailure.OutOfMemory, $"{samples} volumes of {extent} are too large for one batch; use smaller batches");
        (Extent, Samples, IsWide) = (extent, samples, wide);
        Buffer = device.Allocate(extent.Count * samples * (wide ? WideVoxelBytes : VoxelBytes));
    }

    /// <summary>Size of each volume, T×H×W.</summary>
    public Extent Extent { get; }

    /// <summary>Number of volumes.</summary>
    public int Samples { get; }

    /// <summary>Whether channels have 16 bits.</summary>
    public bool IsWide { get; }

    internal DeviceBuffer Buffer { get; }

    internal long FrameBytes => (long)Extent.H * Extent.W * VoxelBytes;

    internal ArrayView<uint> Voxels => Buffer.View<uint>();

    internal ArrayView<ulong> WideVoxels => Buffer.View<ulong>();

    /// <summary>Returns the size as a kernel argument, for kernels that process <paramref name="samples"/>.</summary>
    internal Size Size(int samples) => Shapes.Size.Of(Extent, shared: Samples == 1 && samples > 1);

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();
}

/// <summary>Nearest-neighbour fields of all samples of a batch, on a device.</summary>
public sealed class DeviceField : IDisposable
{
    internal DeviceField(Device device, Extent query, Extent keys, Extent patch, int samples)
    {
        (Query, Keys, Patch, Samples) = (query, keys, patch, samples);
        QueryGrid = query.PatchGrid(patch);
        KeyGrid = keys.PatchGrid(patch);
        long bytes = QueryGrid.Count * samples * sizeof(uint);
        Positions = device.Allocate(bytes);
        Before = device.Allocate(bytes);
        Distances = device.Allocate(bytes);
    }

    /// <summary>Size of Q.</summary>
    public Extent Query { get; }

    /// <summary>Size of K and V.</summary>
    public Extent Keys { get; }

    /// <summary>Patch size.</summary>
    public Extent Patch { get; }

    /// <summary>Number of samples of the batch.</summary>
    public int Samples { get; }

    /// <summary>Grid of query patches.</summary>
    public Extent QueryGrid { get; }

    /// <summary>Grid of key patches.</summary>
    public Extent KeyGrid { get; }

    internal DeviceBuffer Positions { get; private set; }

    /// <summary>Positions before the current pass.</summary>
    internal DeviceBuffer Before { get; private set; }

    internal DeviceBuffer Distances { get; }

    /// <summary>Device memory of a field, in bytes.</summary>
    public static long Bytes(Extent queryGrid, int samples) => 3 * queryGrid.Count * samples * sizeof(uint);

    internal void Swap() => (Positions, Before) = (Before, Positions);

    /// <inheritdoc/>
    public void Dispose()
    {
        Positions.Dispose();
        Before.Dispose();
        Distances.Dispose();
    }
}

/// <summary>Weights of the keys and exclusions, on a device.</summary>
public sealed class DeviceWeights : IDisposable
{
    internal DeviceWeights(DeviceBuffer byPosition, DeviceBuffer? allowed, int count, long next = 0) =>
        (ByPosition, Allowed, Count, Next) = (byPosition, allowed, count, next);

    /// <summary>Weight of each position; 0 where there is no candidate.</summary>
    internal DeviceBuffer ByPosition { get; }

    /// <summary>Positions of all candidates; <c>null</c> if all keys are candidates.</summary>
    internal DeviceBuffer? Allowed { get; }

    /// <summary>Number of candidates.</summary>
    internal int Count { get; }

    /// <summary>Weights from one sample of a batch to the next; 0 if all samples share them.</summary>
    internal long Next { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        ByPosition.Dispose();
        Allowed?.Dispose();
    }
}

/// <summary>Seeds of the samples of a batch, on a device.</summary>
public sealed class DeviceSeeds : IDisposable
{
    internal DeviceSeeds(DeviceBuffer buffer) => Buffer = buffer;

    internal DeviceBuffer Buffer { get; }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();
}

/// <summary>A mask on a device, shared by all samples of a batch.</summary>
public sealed class DeviceMask : IDisposable
{
    internal DeviceMask(DeviceBuffer buffer, Extent extent) => (Buffer, Extent) = (buffer, extent);

    /// <summary>Size of the mask, T×H×W.</summary>
    public Extent Extent { get; }

    internal DeviceBuffer Buffer { get; }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();
}

/// <summary>Tracks on a device which queries of a batch changed between two searches.</summary>
public sealed class DeviceChanges : IDisposable
{
    internal DeviceChanges(Device device, Extent query, Extent patch, int samples)
    {
        (Query, Patch) = (query, patch);
        Extent grid = query.PatchGrid(patch);
        Blocks = (long)samples * grid.T * ((grid.H + ShapingKernels.BlockH - 1) / ShapingKernels.BlockH)
            * ((grid.W + ShapingKernels.BlockW - 1) / ShapingKernels.BlockW);
        Before = new DeviceVolume(device, query, samples);
        Unchanged = device.Allocate(Blocks);
    }

    /// <summary>Size of Q.</summary>
    public Extent Query { get; }

    /// <summary>Patch size.</summary>
    public Extent Patch { get; }

    internal long Blocks { get; }

    internal DeviceVolume Before { get; }

    internal DeviceBuffer Unchanged { get; }

    /// <summary>Device memory, in bytes.</summary>
    public static long Bytes(Extent query, int samples) => query.Count * samples * (DeviceVolume.VoxelBytes + 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        Before.Dispose();
        Unchanged.Dispose();
    }
}
