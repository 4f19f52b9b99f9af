using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>A device that tests share: opening one and compiling for it takes longer than most of them.</summary>
public sealed class OneDevice : IDisposable
{
    private readonly Lazy<OpenClEngine> _engine = new(() => new OpenClEngine(OpenClDevice.Find()));

    internal OpenClEngine Engine => _engine.Value;

    /// <summary>Why there is no device; null: there is one.</summary>
    public static string? Missing { get; } = Reason();

    public void Dispose()
    {
        if (_engine.IsValueCreated) _engine.Value.Dispose();
    }

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

[CollectionDefinition(nameof(OneDevice))]
public sealed class OneDeviceCollection : ICollectionFixture<OneDevice>;

/// <summary>A test of an engine, or of devices: skipped where its class needs a device and there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceFactAttribute : FactAttribute
{
    public DeviceFactAttribute() => Skip = OneDevice.Missing;
}
