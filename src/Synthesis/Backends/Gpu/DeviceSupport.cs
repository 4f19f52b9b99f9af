using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>What devices can do, and their errors as a user can read them.</summary>
public static class DeviceSupport
{
    /// <summary>Whether a device can make what the options say.</summary>
    public static bool Fits(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Engine == Engine.Fast && options.Application is (Application.Generation or Application.Retargeting);
    }

    /// <exception cref="VgpnnException">Kind Usage: the processor alone can do that.</exception>
    internal static void ThrowIfUnfit(MethodOptions options)
    {
        if (Fits(options)) return;
        throw options.Engine == Engine.Float
            ? new VgpnnException(ErrorKind.Usage, "device-floats", "--engine float computes on the processor only", "leave out --device, or --engine")
            : new VgpnnException(
                ErrorKind.Usage, "device-application", "devices generate and retarget; everything else runs on the processor", "leave out --device");
    }

    /// <summary>What a user can do about it.</summary>
    public static VgpnnException Readable(OpenClException e)
    {
        ArgumentNullException.ThrowIfNull(e);
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
