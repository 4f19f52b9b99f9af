using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>What devices support, and their errors as messages for users.</summary>
public static class DeviceSupport
{
    /// <summary>Whether devices support the options.</summary>
    public static bool Fits(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Engine == Engine.Fast;
    }

    /// <exception cref="VgpnnException">Kind Usage: only the CPU supports the options.</exception>
    internal static void ThrowIfUnfit(MethodOptions options, GpuDevice device)
    {
        if (!Fits(options))
            throw new VgpnnException(ErrorKind.Usage, "device-floats", "--engine float is not supported on GPUs", "leave out --engine, or use --device cpu");
        if (device.UsesFormerSearch && options.Application is not (Application.Generation or Application.Retargeting))
            throw new VgpnnException(ErrorKind.Usage, "other-engine", "the backend 'opencl' of version 0.1 supports 'generate' and 'retarget' only");
    }

    /// <summary>Turns a device's error into one with a hint.</summary>
    public static VgpnnException Readable(DeviceException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        (string code, string? hint) = e.Failure switch
        {
            DeviceFailure.NoDriver => ("no-driver", "install the driver of your GPU, or use --device cpu"),
            DeviceFailure.NoDevice => ("no-device", "list the available devices with 'vgpnn devices'"),
            DeviceFailure.OutOfMemory => ("device-memory", "reduce the size (--max-height, --frames), or use --device cpu"),
            DeviceFailure.Build => ("device-build", "update the driver, or use --device cpu"),
            DeviceFailure.Hung => ("device-hung", "try again; if it happens again, use --device cpu"),
            _ => ("device-lost", "try again, or use --device cpu"),
        };
        return new VgpnnException(ErrorKind.Device, code, e.Message.Split('\n')[0], hint, e);
    }
}
