using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>The committed hashes of everything that the device kernels compute (<see cref="GoldenScenes"/>).</summary>
internal static class Golden
{
    /// <summary>What makes this assembly's program print what the simulator computes.</summary>
    public const string Argument = "simulator";

    private static readonly string[] All = Read();

    /// <summary>The lines of the file for scenes of one size.</summary>
    public static IEnumerable<string> Lines(bool large) => All.Where(l => l.StartsWith(large ? "large " : "tiny ", StringComparison.Ordinal));

    /// <summary>What a device computes.</summary>
    /// <param name="device">The device.</param>
    /// <param name="large">As <see cref="GoldenScenes.Lines"/>.</param>
    public static string[] Of(Device device, bool large) => device.Invoke(engine => new GoldenScenes(engine).Lines(large).ToArray());

    /// <summary>Prints what the simulator computes.</summary>
    public static void Print()
    {
        using Device simulator = Device.Open(Devices.Simulator);
        foreach (string line in Of(simulator, large: false)) Console.WriteLine(line);
    }

    private static string[] Read()
    {
        using Stream file = typeof(Golden).Assembly.GetManifestResourceStream("golden.txt")!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
