using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>Devices give the same bits as the hand-written OpenCL kernels of version 0.1, for any group shape.</summary>
[Collection(nameof(OneDevice))]
public class GoldenTests(OneDevice device)
{
    // Compilation dominates on PoCL, so one group shape is compiled per patch size here; scripts/gpu-check.sh compares all.
    private static readonly Extent Small = new(2, 3, 4);

    [GpuFact]
    public void Every_kernel_matches_the_golden_file() => Assert.Equal(
        Golden.Lines(large: true).Where(l => !IsSmall(l)),
        device.Device.Invoke(engine => new GoldenScenes(engine).Lines(large: true, patch => patch != Small).ToArray()));

    /// <summary>Missing barriers and wrongly loaded tiles depend on the shape.</summary>
    [GpuFact]
    public void Kernels_with_another_group_shape_match_the_golden_file()
    {
        using Device square = Device.Open(Devices.Find(), new DeviceSettings { Group = typeof(SquareGroup) });
        string[] lines = square.Invoke(engine => new GoldenScenes(engine).Lines(large: true, patch => patch == Small).ToArray());
        Assert.Equal(Golden.Lines(large: true).Where(IsSmall), lines.Where(IsSmall));
    }

    /// <summary>The simulator checks every access, and ends the process at the first one out of bounds.</summary>
    [Fact]
    public async Task Every_kernel_matches_the_golden_file_without_invalid_memory_access_in_the_simulator()
    {
        string[] printed = await ProbeProcess.RunAsync(new Dictionary<string, string>(), Golden.Argument);
        Assert.Equal(Golden.Lines(large: false), printed);
    }

    private static bool IsSmall(string line) => line.Contains(" 2x3x4", StringComparison.Ordinal);
}
