using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>What devices can do, and their errors as a user can read them.</summary>
public static class DeviceSupport
{
    /// <summary>Whether a device can make what the options say.</summary>
    public static bool Fits(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Engine == Engine.Fast;
    }

    /// <exception cref="VgpnnException">Kind Usage: the CPU alone can do that.</exception>
    internal static void ThrowIfUnfit(MethodOptions options, GpuDevice device)
    {
        if (!Fits(options))
            throw new VgpnnException(ErrorKind.Usage, "device-floats", "--engine float computes on the CPU only", "leave out --device, or --engine");
        if (device.UsesFormerSearch && options.Application is not (Application.Generation or Application.Retargeting))
            throw new VgpnnException(ErrorKind.Usage, "other-engine", "version 0.1 made only generated and retargeted samples on devices");
    }

    /// <summary>What a user can do about it.</summary>
    public static VgpnnException Readable(DeviceException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        (string code, string? hint) = e.Failure switch
        {
            DeviceFailure.NoDriver => ("no-driver", "install the driver of your GPU; --device cpu needs none"),
            DeviceFailure.NoDevice => ("no-device", "'vgpnn devices' lists what there is"),
            DeviceFailure.OutOfMemory => ("device-memory", "make it smaller (--max-height, --frames), or use --device cpu"),
            DeviceFailure.Build => ("device-build", "a newer driver may help; or use --device cpu"),
            DeviceFailure.Hung => ("device-hung", "try again; if it happens twice, use --device cpu"),
            _ => ("device-lost", "try again, or use --device cpu"),
        };
        return new VgpnnException(ErrorKind.Device, code, e.Message.Split('\n')[0], hint, e);
    }
}
