using System.Diagnostics;
using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;

namespace Vgpnn.Kernels.Gpu;

/// <summary>
/// What a device can do at most, and what a launch should take by that: the longer of its memory traffic and its arithmetic, and what
/// launching costs. docs/gpu.md derives the numbers.
/// </summary>
/// <param name="BytesPerSecond">Bytes read and written.</param>
/// <param name="OperationsPerSecond">Whole-number multiplications, each with an addition.</param>
/// <param name="LaunchSeconds">What a launch takes that does nothing.</param>
public sealed record DeviceModel(double BytesPerSecond, double OperationsPerSecond, double LaunchSeconds)
{
    private const int PeakItems = 1 << 18;
    private const int PeakRounds = 1 << 10;
    private const int PeakChains = 4;
    private const long CopyBytes = 64L << 20;
    private const int Tries = 3;

    /// <summary>Measures a device in a fraction of a second.</summary>
    /// <param name="engine">The engine of a device that measures its launches.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    public static DeviceModel Measure(GpuEngine engine, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Device device = engine.Device;
        if (!device.Measures) throw new ArgumentException("the device does not measure its launches", nameof(engine));
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

    /// <summary>Seconds that a launch should take.</summary>
    public double Predict(KernelLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        (double operationsPerByte, double traffic) = Kind(launch.Kernel);
        return LaunchSeconds + Math.Max(launch.Bytes * traffic / BytesPerSecond, launch.Bytes * operationsPerByte / OperationsPerSecond);
    }

    /// <summary>Part of the device's peak of operations that a launch reached by its arithmetic, 0 to 1.</summary>
    public double ShareOfPeak(KernelLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        return launch.Bytes * Kind(launch.Kernel).OperationsPerByte / OperationsPerSecond / launch.Seconds;
    }

    // Operations for each byte that a kernel asks for, and the part of these that no cache holds.
    private static (double OperationsPerByte, double Traffic) Kind(string kernel) => kernel switch
    {
        "jump_flood" or "search_start" => (3, 0.15),
        "exhaustive" or "exhaustive_wide" => (3, 0.01),
        "vote_median" or "vote_mean" => (9, 0.05),
        "resample_time" or "resample_rows" or "resample_columns" => (1.5, 0.3),
        _ => (1, 1),
    };
}
