using System.Diagnostics;
using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;

namespace Vgpnn.Kernels.Gpu;

/// <summary>
/// Performance model of a device: the expected time of a launch is the longer of its memory traffic and its arithmetic, plus the launch
/// overhead. docs/concepts/gpu.md derives the constants.
/// </summary>
/// <param name="BytesPerSecond">Memory bandwidth, reading and writing.</param>
/// <param name="OperationsPerSecond">Integer multiply-adds per second.</param>
/// <param name="LaunchSeconds">Duration of an empty launch.</param>
public sealed record DeviceModel(double BytesPerSecond, double OperationsPerSecond, double LaunchSeconds)
{
    private const int PeakItems = 1 << 18;
    private const int PeakRounds = 1 << 10;
    private const int PeakChains = 4;
    private const long CopyBytes = 64L << 20;
    private const int Tries = 3;

    /// <summary>Measures a device, in a fraction of a second.</summary>
    /// <param name="engine">Engine of a device opened with measurement.</param>
    /// <param name="cancellation">Checked between launches.</param>
    public static DeviceModel Measure(GpuEngine engine, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Device device = engine.Device;
        if (!device.Measures) throw new ArgumentException("the device does not measure its launches; open it with measures: true", nameof(engine));
        using DeviceBuffer result = device.Allocate(PeakItems * sizeof(int));
        long bytes = Math.Min(CopyBytes, device.MaxBytes / 8);
        using DeviceBuffer from = device.Allocate(bytes), to = device.Allocate(bytes);
        engine.TakeLaunches(cancellation);
        double operations = 0, launch = double.PositiveInfinity, copied = 0;
        int threads = device.FlatThreads;
        for (int i = 0; i < Tries; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (int items in (int[])[PeakItems, threads])
            {
                device.Launch(
                    device.Flat.Peak, new KernelConfig(items / threads, threads), new LaunchCost(0),
                    new PeakArguments { Result = result.View<int>(), Rounds = items == PeakItems ? PeakRounds : 0 });
            }

            IReadOnlyList<KernelLaunch> done = engine.TakeLaunches(cancellation);
            operations = Math.Max(operations, (double)PeakItems * PeakRounds * PeakChains / done[0].Seconds);
            launch = Math.Min(launch, done[1].Seconds);
            long start = Stopwatch.GetTimestamp();
            device.Copy(from, 0, to, 0, bytes);
            device.Synchronize();
            copied = Math.Max(copied, 2 * bytes / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return new DeviceModel(copied, operations, launch);
    }

    /// <summary>Returns the expected duration of a launch in seconds.</summary>
    public double Predict(KernelLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        (double operationsPerByte, double traffic) = Kind(launch.Kernel);
        return LaunchSeconds + Math.Max(launch.Bytes * traffic / BytesPerSecond, launch.Bytes * operationsPerByte / OperationsPerSecond);
    }

    /// <summary>Returns the fraction of the device's peak arithmetic throughput that a launch reached, 0–1.</summary>
    public double ShareOfPeak(KernelLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        return launch.Bytes * Kind(launch.Kernel).OperationsPerByte / OperationsPerSecond / launch.Seconds;
    }

    // Operations per byte that a kernel requests, and the fraction of these bytes that misses all caches.
    private static (double OperationsPerByte, double Traffic) Kind(string kernel) => kernel switch
    {
        "jump_flood" or "search_start" => (3, 0.15),
        "exhaustive" or "exhaustive_wide" => (3, 0.01),
        "vote_median" or "vote_mean" => (9, 0.05),
        "resample_time" or "resample_rows" or "resample_columns" => (1.5, 0.3),
        _ => (1, 1),
    };
}
