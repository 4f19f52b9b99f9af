using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Gpu.Hardware;
using Xunit;

namespace Vgpnn.Testing;

/// <summary>A test of device kernels; skipped on machines with neither a GPU nor PoCL.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GpuFactAttribute : FactAttribute
{
    public GpuFactAttribute() => Skip = GpuDevices.Missing;
}

/// <summary>A test of device kernels with data; skipped on machines with neither a GPU nor PoCL.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GpuTheoryAttribute : TheoryAttribute
{
    public GpuTheoryAttribute() => Skip = GpuDevices.Missing;
}

/// <summary>The devices that tests may use.</summary>
internal static class GpuDevices
{
    private static readonly Lazy<string?> s_missing = new(Reason);

    /// <summary>Why this machine has no usable device; <c>null</c> if it has one.</summary>
    public static string? Missing => s_missing.Value;

    // Also for the processes that tests start: PoCL counts as a device.
    [ModuleInitializer]
    internal static void Allow() => Environment.SetEnvironmentVariable(Devices.AllowCpuDrivers, "1");

    private static string? Reason()
    {
        try
        {
            Devices.Find();
            return null;
        }
        catch (DeviceException e)
        {
            return e.Message;
        }
    }
}
