namespace Vgpnn.Kernels.Gpu.Hardware;

/// <summary>What went wrong with a device.</summary>
public enum DeviceFailure
{
    /// <summary>The machine has no driver for any GPU.</summary>
    NoDriver,

    /// <summary>There is no such device.</summary>
    NoDevice,

    /// <summary>The device, or the process's share of it, has no memory left. The device stays usable.</summary>
    OutOfMemory,

    /// <summary>A kernel could not be compiled for the device.</summary>
    Build,

    /// <summary>The device did not answer within the time that the watchdog allows. What it uses is not released.</summary>
    Hung,

    /// <summary>The device went away, or a launch on it failed: the same work may succeed elsewhere.</summary>
    Lost,
}

/// <summary>A device could not do what was asked of it.</summary>
/// <param name="failure">What went wrong.</param>
/// <param name="message">One sentence without a full stop at the end.</param>
/// <param name="inner">The cause, if another exception was.</param>
public sealed class DeviceException(DeviceFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What went wrong.</summary>
    public DeviceFailure Failure { get; } = failure;
}
