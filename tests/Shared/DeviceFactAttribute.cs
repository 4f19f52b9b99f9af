using Vgpnn.Kernels.OpenCl;
using Xunit;

namespace Vgpnn.Testing;

/// <summary>A test of OpenCL devices; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DeviceFactAttribute : FactAttribute
{
    public DeviceFactAttribute() => Skip = Missing;

    /// <summary>Why there is no device; null: there is one.</summary>
    public static string? Missing { get; } = Reason();

    private static string? Reason()
    {
        try
        {
            OpenClDevice.Find();
            return null;
        }
        catch (OpenClException e)
        {
            return e.Message;
        }
    }
}
