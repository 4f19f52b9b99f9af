using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>A device shared by tests, because opening a device and compiling its kernels takes longer than most tests.</summary>
public sealed class OneDevice : IDisposable
{
    private readonly Lazy<Device> _device = new(() => Device.Open(Devices.Find()));

    internal Device Device => _device.Value;

    public void Dispose()
    {
        if (_device.IsValueCreated) _device.Value.Dispose();
    }
}

[CollectionDefinition(nameof(OneDevice))]
public sealed class OneDeviceDefinition : ICollectionFixture<OneDevice>;
