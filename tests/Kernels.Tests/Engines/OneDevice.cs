using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>A device that tests share: opening one and compiling for it takes longer than most of them.</summary>
public sealed class OneDevice : IDisposable
{
    private readonly Lazy<OpenClEngine> _engine = new(() => new OpenClEngine(OpenClDevice.Find()));

    internal OpenClEngine Engine => _engine.Value;

    public void Dispose()
    {
        if (_engine.IsValueCreated) _engine.Value.Dispose();
    }
}

[CollectionDefinition(nameof(OneDevice))]
public sealed class OneDeviceDefinition : ICollectionFixture<OneDevice>;
