using System.Diagnostics;
using System.Globalization;
using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>
/// Chooses the device for <c>--device auto</c>: the fastest of the CPU and the GPUs in a short measurement, whose result is cached. OpenCL devices that
/// run on the CPU are never chosen, because the CPU engine is faster.
/// </summary>
internal static class AutoDevice
{
    private const string OpenClDrivers = "/etc/OpenCL/vendors", NvidiaDriver = "/proc/driver/nvidia/version", NvidiaDevice = "/dev/nvidiactl";
    private const string Cpu = "cpu";
    private static readonly Extent Measured = new(8, 96, 160);

    /// <returns>The index of the GPU; <c>null</c> for the CPU. Without an installed driver, the slow search for devices is skipped.</returns>
    public static int? Choose()
    {
        string[] drivers =
        [
            .. Directory.Exists(OpenClDrivers) ? Directory.GetFiles(OpenClDrivers, "*.icd") : [],
            .. ((string[])[NvidiaDriver, NvidiaDevice]).Where(File.Exists),
        ];
        if (drivers.Length == 0) return null;
        string machine = string.Join(
            '|', drivers.Order(StringComparer.Ordinal).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d} {File.GetLastWriteTimeUtc(d).Ticks}"))
                .Append($"{ProgramName.Version} {Environment.ProcessorCount}"));
        return Choose(CachePath(), machine, () => Measure(Candidates()));
    }

    /// <summary>Reads the choice for this machine from a file; otherwise measures and stores it there.</summary>
    /// <param name="path">The cache file; may be missing or not writable.</param>
    /// <param name="machine">A line that identifies hardware, drivers and version; another line invalidates the choice.</param>
    /// <param name="measure">Measures the choice.</param>
    public static int? Choose(string path, string machine, Func<int?> measure)
    {
        try
        {
            if (File.Exists(path) && File.ReadAllLines(path) is [string known, string choice] && known == machine)
            {
                if (choice == Cpu) return null;
                if (int.TryParse(choice, NumberStyles.None, CultureInfo.InvariantCulture, out int index)) return index;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Measured again below.
        }

        int? chosen = measure();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes($"{machine}\n{chosen?.ToString(CultureInfo.InvariantCulture) ?? Cpu}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or VgpnnException)
        {
            // Measured again by the next run.
        }

        return chosen;
    }

    /// <summary>Measures the CPU and some devices by making a sample of a small scene, and returns the fastest.</summary>
    /// <returns>The device's index; <c>null</c> for the CPU.</returns>
    public static int? Measure(IReadOnlyList<DeviceDescription> candidates)
    {
        if (candidates.Count == 0) return null;
        double fastest = Seconds(null);
        int? chosen = null;
        foreach (DeviceDescription candidate in candidates)
        {
            try
            {
                using Device device = Device.Open(candidate);
                double seconds = Seconds(new GpuDevice(device));
                if (seconds >= fastest) continue;
                (fastest, chosen) = (seconds, candidate.Index);
            }
            catch (Exception e) when (e is DeviceException or VgpnnException)
            {
                // A device that fails is not a candidate.
            }
        }

        return chosen;
    }

    private static DeviceDescription[] Candidates()
    {
        try
        {
            return [.. Devices.List().Where(d => d.Kind is DeviceKind.Cuda or DeviceKind.OpenCl)];
        }
        catch (DeviceException)
        {
            return [];
        }
    }

    // The first sample includes compilation and the upload of the input, so it is not measured.
    private static double Seconds(GpuDevice? device)
    {
        var workers = new Workers(Environment.ProcessorCount);
        Clip scene = Clip.FromVolume(SyntheticScene.Render(Measured, 0, workers), new FrameRate(25, 1));
        Sampler sampler = Sampler.Create([new SamplerInput(InputRole.Input, scene)], new MethodOptions { Iterations = 2, Noise = 3 }, device: device);
        sampler.Sample(0, 0, workers);
        long start = Stopwatch.GetTimestamp();
        sampler.Sample(0, 1, workers);
        sampler.ReleaseDevice();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static string CachePath()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
            : home.Length > 0 ? Path.Combine(home, ".cache") : Path.GetTempPath();
        return Path.Combine(cache, "vgpnn", "device");
    }
}
