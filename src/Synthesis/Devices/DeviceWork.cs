using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis;

/// <summary>A sampler's side of a device: what it holds there, one at a time at work, and errors as a user can read them.</summary>
internal sealed class DeviceWork(OpenClEngine engine, Func<OpenClEngine, DeviceLevels> make)
{
    private DeviceLevels? _levels;

    /// <summary>How many samples may be made together.</summary>
    public int BatchSize => Run(levels => levels.BatchSize);

    /// <summary>Works on the device while nobody else does.</summary>
    /// <exception cref="VgpnnException">Kind Device: it cannot, or it went away.</exception>
    public T Run<T>(Func<DeviceLevels, T> work)
    {
        try
        {
            using Lock.Scope only = engine.Queue.Enter();
            return work(_levels ??= make(engine));
        }
        catch (OpenClException e)
        {
            throw DeviceSupport.Readable(e);
        }
    }

    /// <summary>Gives back what is held there.</summary>
    public void Release()
    {
        using Lock.Scope only = engine.Queue.Enter();
        _levels?.Dispose();
        _levels = null;
    }
}
