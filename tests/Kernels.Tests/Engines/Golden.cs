using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>The committed hashes of all device kernel results (<see cref="GoldenScenes"/>).</summary>
internal static class Golden
{
    /// <summary>Argument that makes this assembly's program print the simulator's results.</summary>
    public const string Argument = "simulator";

    private static readonly string[] All = Read();

    /// <summary>Returns the lines of the file for volumes of one size.</summary>
    public static IEnumerable<string> Lines(bool large) => All.Where(l => l.StartsWith(large ? "large " : "tiny ", StringComparison.Ordinal));

    /// <summary>Returns the lines computed by a device.</summary>
    /// <param name="device">Device to run on.</param>
    /// <param name="large">As <see cref="GoldenScenes.Lines"/>.</param>
    public static string[] Of(Device device, bool large) => device.Invoke(engine => new GoldenScenes(engine).Lines(large).ToArray());

    /// <summary>Prints the lines computed by the simulator.</summary>
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
