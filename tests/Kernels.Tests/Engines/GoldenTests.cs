using Vgpnn.Kernels.Gpu;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>Devices compute what the hand-written OpenCL kernels of the first version did, bit by bit, whatever the shape of their groups.</summary>
[Collection(nameof(OneDevice))]
public class GoldenTests(OneDevice device)
{
    [GpuFact]
    public void Every_kernel_gives_the_bits_of_the_golden_file()
    {
        foreach (bool large in (bool[])[false, true]) Assert.Equal(Golden.Lines(large), Golden.Of(device.Device, large));
    }

    /// <summary>Barriers that are missing, and tiles that are loaded wrongly, depend on the shape.</summary>
    [GpuFact]
    public void Another_group_shape_gives_the_same_bits()
    {
        using Device square = Device.Open(Devices.Find(), new DeviceSettings { Group = typeof(SquareGroup) });
        string[] lines = square.Invoke(engine => new GoldenScenes(engine).Searches(new Extent(2, 3, 4), large: true).ToArray());
        Assert.Equal(Golden.Lines(large: true).Where(l => l.Contains(" 2x3x4 ", StringComparison.Ordinal)), lines.Select(l => $"large {l}"));
    }

    /// <summary>The simulator checks every access, and ends the process at the first one out of bounds.</summary>
    [Fact]
    public async Task Every_kernel_stays_within_its_memory_and_gives_the_same_bits_in_the_simulator()
    {
        string[] printed = await ProbeProcess.RunAsync(new Dictionary<string, string>(), Golden.Argument);
        Assert.Equal(Golden.Lines(large: false), printed);
    }
}
