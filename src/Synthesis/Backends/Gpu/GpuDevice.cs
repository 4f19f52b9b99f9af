using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// A device as samplers use it: it runs work items of all samplers one after another, and divides its memory by <see cref="GpuMemory"/>. One object per
/// open device.
/// </summary>
public sealed class GpuDevice
{
    // A part of the device's memory belongs to the driver and the display.
    private const double UsableShare = 0.9;

    private readonly Device _device;

    /// <summary>Wraps a device; the caller disposes of the device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="formerSearch">Whether to search as in version 0.1, for manifests of <see cref="BackendName.FormerGpu"/>.</param>
    public GpuDevice(Device device, bool formerSearch = false)
    {
        ArgumentNullException.ThrowIfNull(device);
        (_device, UsesFormerSearch) = (device, formerSearch);
        Memory = new GpuMemory(UsableBytes);
    }

    /// <summary>Bytes of the device's memory that samples may use.</summary>
    public long UsableBytes => (long)(_device.MaxBytes * UsableShare);

    /// <summary>Whether the device failed and accepts no more work.</summary>
    public bool IsBroken => _device.Broken is not null;

    /// <summary>Name of the backend of samples made on it.</summary>
    public string EngineClass => UsesFormerSearch ? BackendName.FormerGpu : BackendName.Gpu;

    /// <summary>Whether it searches as in version 0.1.</summary>
    internal bool UsesFormerSearch { get; }

    /// <summary>The name of the device.</summary>
    internal string Name => _device.Description.Name;

    /// <summary>The largest buffer in bytes.</summary>
    internal long MaxBuffer => _device.Description.MaxBuffer;

    internal GpuMemory Memory { get; }

    /// <summary>
    /// Runs a work item on the device's thread and waits for it. An item takes tens of milliseconds, such as one iteration of a level for a batch, so that
    /// several batches share the device fairly.
    /// </summary>
    /// <exception cref="VgpnnException">Kind Device: the device failed, or is out of memory.</exception>
    internal T Run<T>(Func<GpuEngine, T> work, CancellationToken cancellation)
    {
        try
        {
            return _device.Invoke(work, cancellation);
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
        catch (DeviceException e)
        {
            throw DeviceSupport.Readable(e);
        }
    }

    /// <summary>Runs a work item without a result.</summary>
    internal void Run(Action<GpuEngine> work, CancellationToken cancellation) => Run(
        engine =>
        {
            work(engine);
            return true;
        },
        cancellation);

    /// <summary>Frees buffers; a broken device has lost them already.</summary>
    internal void Free(Action free)
    {
        try
        {
            _device.Invoke(_ => free());
        }
        catch (DeviceException)
        {
            // The system frees its memory when the process ends.
        }
    }
}
