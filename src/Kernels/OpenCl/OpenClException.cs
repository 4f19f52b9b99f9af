namespace Vgpnn.Kernels.OpenCl;

/// <summary>What went wrong with a device.</summary>
public enum OpenClFailure
{
    /// <summary>There is no OpenCL on this machine.</summary>
    Missing,

    /// <summary>There is no such device.</summary>
    NoDevice,

    /// <summary>The device, or the process's share of it, has no memory left.</summary>
    OutOfMemory,

    /// <summary>The driver's compiler did not take the kernels; the message holds its log.</summary>
    Build,

    /// <summary>A launch did not end within the time that a watchdog allows. What it uses is not given back.</summary>
    Hung,

    /// <summary>The device went away, or a launch on it failed: the same work may succeed elsewhere.</summary>
    Lost,
}

/// <summary>An OpenCL device could not do what was asked of it.</summary>
/// <param name="failure">What went wrong.</param>
/// <param name="message">One sentence without a full stop at the end.</param>
/// <param name="inner">What was caught, if anything.</param>
public sealed class OpenClException(OpenClFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What went wrong.</summary>
    public OpenClFailure Failure { get; } = failure;

    /// <summary>Throws unless a call succeeded.</summary>
    /// <param name="status">What it returned.</param>
    /// <param name="what">What was being done, such as "copying to the device".</param>
    internal static void ThrowIfFailed(int status, string what)
    {
        if (status != Cl.Success) throw Of(status, what);
    }

    /// <summary>The exception that a status stands for.</summary>
    internal static OpenClException Of(int status, string what) => new(
        status is -4 or -5 or -6 or -61 ? OpenClFailure.OutOfMemory : OpenClFailure.Lost, $"{what} failed on the device: {Name(status)} ({status})");

    /// <summary>A launch that ended so. "Out of resources" here means that it crashed, or that the driver stopped it.</summary>
    internal static OpenClException OfLaunch(int status) =>
        status == -4 ? Of(status, "a launch") : new(OpenClFailure.Lost, $"a launch failed on the device: {Name(status)} ({status})");

    // Names as in Khronos' cl.h.
    private static string Name(int status) => status switch
    {
        -1 => "device not found",
        -2 => "device not available",
        -4 => "memory object allocation failure",
        -5 => "out of resources",
        -6 => "out of host memory",
        -9 => "no profiling information",
        -11 => "build failure",
        -14 => "an earlier command failed",
        -30 => "invalid value",
        -36 => "invalid queue",
        -38 => "invalid memory object",
        -46 => "invalid kernel name",
        -51 => "invalid argument size",
        -52 => "invalid kernel arguments",
        -54 => "invalid work group size",
        -55 => "invalid work item size",
        -61 => "invalid buffer size",
        -1001 => "no platform",
        _ => "error",
    };
}
