using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// A device as samplers use it: work items run one after another, in between those of other samplers, and memory is shared by
/// <see cref="GpuMemory"/>. One object per open engine.
/// </summary>
public sealed class GpuDevice
{
    // A part of the device's memory belongs to the driver and the display.
    private const double UsableShare = 0.9;

    private readonly OpenClEngine _engine;

    /// <summary>Uses an engine, which remains the caller's to dispose of.</summary>
    public GpuDevice(OpenClEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        _engine = engine;
        Memory = new GpuMemory(UsableBytes);
    }

    /// <summary>Bytes of the device's memory that samples may take.</summary>
    public long UsableBytes => (long)(_engine.Session.MaxBytes * UsableShare);

    /// <summary>Whether the device failed and takes no more work.</summary>
    public bool IsBroken => _engine.Session.Broken is not null;

    /// <summary>The name of the device.</summary>
    internal string Name => _engine.Session.Device.Name;

    /// <summary>The largest buffer in bytes.</summary>
    internal long MaxBuffer => _engine.Session.Device.MaxBuffer;

    internal GpuMemory Memory { get; }

    /// <summary>
    /// Runs a work item while no other one does. An item takes tens of milliseconds, such as one iteration of a level for a batch, so that several batches
    /// share the device fairly.
    /// </summary>
    /// <exception cref="VgpnnException">Kind Device: the device failed, or is out of memory.</exception>
    internal T Run<T>(Func<OpenClEngine, T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            using Lock.Scope only = _engine.Session.Enter();
            return work(_engine);
        }
        catch (OpenClException e)
        {
            throw DeviceSupport.Readable(e);
        }
    }

    /// <summary>Runs a work item without a result.</summary>
    internal void Run(Action<OpenClEngine> work, CancellationToken cancellation) => Run(
        engine =>
        {
            work(engine);
            return true;
        },
        cancellation);

    /// <summary>Frees buffers; works on a broken device too.</summary>
    internal void Free(Action free)
    {
        using Lock.Scope only = _engine.Session.Enter();
        free();
    }
}
