using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis;

/// <summary>A sampler's side of a device: what it holds there, one at a time at work, and errors as a user can read them.</summary>
internal sealed class DeviceWork(OpenClEngine engine, Func<OpenClEngine, DeviceLevels> make)
{
    private DeviceLevels? _levels;

    /// <summary>How many samples may be made together.</summary>
    public int BatchSize => Run(levels => levels.BatchSize);

    /// <exception cref="VgpnnException">Kind Usage: the processor alone can do that.</exception>
    public static void ThrowIfUnfit(MethodOptions options)
    {
        if (options.Engine == Engine.Float)
        {
            throw new VgpnnException(
                ErrorKind.Usage, "device-floats", "--engine float computes on the processor only", "leave out --device, or --engine");
        }

        if (options.Application is not (Application.Generation or Application.Retargeting))
        {
            throw new VgpnnException(
                ErrorKind.Usage, "device-application", "devices generate and retarget; everything else runs on the processor", "leave out --device");
        }
    }

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
            throw Readable(e);
        }
    }

    /// <summary>Gives back what is held there.</summary>
    public void Release()
    {
        using Lock.Scope only = engine.Queue.Enter();
        _levels?.Dispose();
        _levels = null;
    }

    /// <summary>What a user can do about it.</summary>
    public static VgpnnException Readable(OpenClException e)
    {
        (string code, string? hint) = e.Failure switch
        {
            OpenClFailure.Missing => ("no-opencl", "install the driver of your graphics processor, and ocl-icd-libopencl1; --device cpu needs neither"),
            OpenClFailure.NoDevice => ("no-device", "'vgpnn devices' lists what there is"),
            OpenClFailure.OutOfMemory => ("device-memory", "make it smaller (--max-height, --frames), or leave it to the processor: --device cpu"),
            OpenClFailure.Build => ("device-build", "a newer driver may help; --device cpu does without"),
            OpenClFailure.Hung => ("device-hung", "try again; if it happens twice, --device cpu does without"),
            _ => ("device-lost", "try again; --device cpu does without"),
        };
        return new VgpnnException(ErrorKind.Device, code, e.Message.Split('\n')[0], hint, e);
    }
}
