using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>What devices compute is what they have always computed.</summary>
[Collection(nameof(OneDevice))]
public class GoldenTests(OneDevice device)
{
    [DeviceFact]
    public void Every_kernel_gives_the_bits_of_the_golden_file()
    {
        var scenes = new GoldenScenes(device.Engine);
        Assert.Equal(Golden.Lines, scenes.Lines(large: false).Concat(scenes.Lines(large: true)));
    }
}
