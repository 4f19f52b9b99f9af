namespace Vgpnn.Kernels.OpenCl;

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
    /// <param name="engine">One that measures its launches.</param>
    /// <param name="cancellation">Ends it.</param>
    public static DeviceModel Measure(OpenClEngine engine, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        DeviceSession session = engine.Session;
        if (!session.Measures) throw new ArgumentException("the engine does not measure its launches", nameof(engine));
        using Lock.Scope only = session.Enter();
        OpenClProgram program = session.Compile(DeviceSession.Source("Peak"), "");
        using DeviceBuffer result = session.Allocate(PeakItems * sizeof(int));
        long bytes = Math.Min(CopyBytes, session.Device.MaxBuffer / 2);
        using DeviceBuffer from = session.Allocate(bytes), to = session.Allocate(bytes);
        session.TakeLaunches(cancellation);
        double operations = 0, launch = double.PositiveInfinity, copied = 0;
        for (int i = 0; i < Tries; i++)
        {
            session.LaunchFlat(program, "peak", PeakItems, new LaunchCost(0), result, PeakRounds);
            session.LaunchFlat(program, "peak", 1, new LaunchCost(0), result, 0);
            IReadOnlyList<KernelLaunch> done = session.TakeLaunches(cancellation);
            operations = Math.Max(operations, (double)PeakItems * PeakRounds * PeakChains / done[0].Seconds);
            launch = Math.Min(launch, done[1].Seconds);
            copied = Math.Max(copied, 2 * bytes / session.MeasureCopy(from, to, bytes, cancellation));
        }

        program.Dispose();
        return new DeviceModel(copied, operations, launch);
    }

    /// <summary>Seconds that a launch should take.</summary>
    public double Predict(KernelLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        (double operationsPerByte, double traffic) = Kind(launch.Kernel);
        return LaunchSeconds + Math.Max(launch.Bytes * traffic / BytesPerSecond, launch.Bytes * operationsPerByte / OperationsPerSecond);
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
