using Vgpnn.Testing;
using Xunit.Abstractions;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>The CPU of this machine.</summary>
public class CpuConformanceTests(ITestOutputHelper output) : EngineConformanceTests(output)
{
    private protected override IKernelEngine Engine { get; } = new CpuEngine();

    private protected override (double First, double Fifth)[] Limits => [(1.016, 1.008), (1.032, 1.014)];
}

/// <summary>The first device of this machine: a GPU, or PoCL.</summary>
[Collection(nameof(OneDevice))]
public class GpuConformanceTests(OneDevice device, ITestOutputHelper output) : EngineConformanceTests(output)
{
    /// <summary>Why the machine has no device; <c>null</c> if it has one.</summary>
    public static string? Missing => GpuDevices.Missing;

    private protected override IKernelEngine Engine => new GpuHostEngine(device.Device);

    private protected override (double First, double Fifth)[] Limits => [(1.0035, 1.002), (1.0070, 1.004)];
}
