namespace Vgpnn.Kernels.Gpu.Hardware;

/// <summary>Reasons why a device failed.</summary>
public enum DeviceFailure
{
    /// <summary>The machine has no GPU driver.</summary>
    NoDriver,

    /// <summary>The requested device does not exist.</summary>
    NoDevice,

    /// <summary>The memory of the device or its limit is exhausted. The device stays usable.</summary>
    OutOfMemory,

    /// <summary>A kernel could not be compiled for the device.</summary>
    Build,

    /// <summary>The device did not answer within the watchdog's time. Its resources are not released.</summary>
    Hung,

    /// <summary>The device was lost or a launch failed; the same work may succeed on another device.</summary>
    Lost,
}

/// <summary>Thrown when a device operation fails.</summary>
/// <param name="failure">Reason.</param>
/// <param name="message">One sentence without a full stop at the end.</param>
/// <param name="inner">Cause, if any.</param>
public sealed class DeviceException(DeviceFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Reason of the failure.</summary>
    public DeviceFailure Failure { get; } = failure;
}
