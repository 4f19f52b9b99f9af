using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>Devices compute what the hand-written OpenCL kernels of the first version did, bit by bit, whatever the shape of their groups.</summary>
[Collection(nameof(OneDevice))]
public class GoldenTests(OneDevice device)
{
    // Compiling takes PoCL most of the time: a patch size is compiled for one group shape here. gpu-check compares everything.
    private static readonly Extent Small = new(2, 3, 4);

    [GpuFact]
    public void Every_kernel_gives_the_bits_of_the_golden_file() => Assert.Equal(
        Golden.Lines(large: true).Where(l => !IsSmall(l)),
        device.Device.Invoke(engine => new GoldenScenes(engine).Lines(large: true, patch => patch != Small).ToArray()));

    /// <summary>Barriers that are missing, and tiles that are loaded wrongly, depend on the shape.</summary>
    [GpuFact]
    public void Another_group_shape_gives_the_same_bits()
    {
        using Device square = Device.Open(Devices.Find(), new DeviceSettings { Group = typeof(SquareGroup) });
        string[] lines = square.Invoke(engine => new GoldenScenes(engine).Lines(large: true, patch => patch == Small).ToArray());
        Assert.Equal(Golden.Lines(large: true).Where(IsSmall), lines.Where(IsSmall));
    }

    /// <summary>The simulator checks every access, and ends the process at the first one out of bounds.</summary>
    [Fact]
    public async Task Every_kernel_stays_within_its_memory_and_gives_the_same_bits_in_the_simulator()
    {
        string[] printed = await ProbeProcess.RunAsync(new Dictionary<string, string>(), Golden.Argument);
        Assert.Equal(Golden.Lines(large: false), printed);
    }

    private static bool IsSmall(string line) => line.Contains(" 2x3x4", StringComparison.Ordinal);
}
