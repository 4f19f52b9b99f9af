using System.Text.Json.Serialization;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Bench;

/// <summary>Measures every kernel of a GPU on the synthetic scene and compares it with the prediction of the device model.</summary>
/// <param name="device">A device that measures its launches.</param>
/// <param name="report">Callback with the name of each measurement before it starts.</param>
/// <param name="cancellation">Cancels the measurement.</param>
internal sealed class DeviceBenchmark(Device device, Action<string> report, CancellationToken cancellation)
{
    public DeviceBenchReport Run(IReadOnlyList<int> heights)
    {
        report(device.Description.Name);
        DeviceModel model = device.Invoke(engine => DeviceModel.Measure(engine, cancellation), cancellation);
        var sizes = new List<DeviceSizeResult>();
        foreach (int height in heights.Distinct().Order())
        {
            report($"{height}p");
            var level = new BenchLevel(height, new Workers(Environment.ProcessorCount, cancellation));

            // The first run includes compilation.
            device.Invoke(engine => RunLevel(engine, level), cancellation);
            sizes.Add(new DeviceSizeResult(ManifestMaker.Size(level.Size), level.Size.Count, [.. device.Invoke(engine => RunLevel(engine, level), cancellation).GroupBy(l => l.Kernel).Select(of =>
                new KernelResult(
                    of.Key, of.Count(), of.Sum(l => l.WorkItems), of.Sum(l => l.Evaluations), of.Sum(l => l.Bytes), of.Sum(l => l.Seconds),
                    of.Sum(model.Predict), of.Sum(l => model.ShareOfPeak(l) * l.Seconds) / of.Sum(l => l.Seconds)))]));
        }

        return new DeviceBenchReport
        {
            Version = ProgramName.Version,
            Device = device.Description.Name,
            Driver = $"{device.Description.Platform}, {device.Description.Version}",
            BytesPerSecond = model.BytesPerSecond,
            OperationsPerSecond = model.OperationsPerSecond,
            LaunchSeconds = model.LaunchSeconds,
            Sizes = sizes,
        };
    }

    private IReadOnlyList<KernelLaunch> RunLevel(GpuEngine engine, BenchLevel level)
    {
        (Volume<byte> values, Volume<byte> coarseKeys, Volume<byte> coarseQuery) = level.Inputs;
        (Extent size, Extent coarse) = (level.Size, coarseKeys.Extent);
        var up = new Scale((double)size.T / coarse.T, (double)size.H / coarse.H, (double)size.W / coarse.W);
        using DeviceVolume sharp = engine.Upload(values), smallKeys = engine.Upload(coarseKeys), smallQuery = engine.Upload(coarseQuery);
        using DeviceVolume query = engine.Resize(smallQuery, size, up), keys = engine.Resize(smallKeys, size, up);
        using DeviceField field = engine.Field(size, size, BenchLevel.Patch);
        using DeviceSeeds seeds = engine.Seeds([1]);
        for (int j = 0; j < BenchLevel.Iterations; j++)
        {
            engine.JumpFlood(new DeviceSearch
            {
                Query = query,
                Keys = j == 0 ? keys : sharp,
                Field = field,
                Iteration = j,
                Seeds = seeds,
                Purpose = (ulong)j,
                Cancellation = cancellation,
            });
            engine.Vote(sharp, field, VoteRule.Median, query);
        }

        return engine.TakeLaunches(cancellation);
    }
}

/// <summary>The report of <c>vgpnn bench --device gpu</c>; one line of JSON.</summary>
internal sealed record DeviceBenchReport
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "device-bench";

    public required string Version { get; init; }

    public required string Device { get; init; }

    public required string Driver { get; init; }

    /// <summary>Measured rate of a copy on the device, reads and writes counted.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>Measured rate of integer multiply-add operations.</summary>
    public required double OperationsPerSecond { get; init; }

    /// <summary>Measured time of an empty launch.</summary>
    public required double LaunchSeconds { get; init; }

    /// <summary>Sizes in ascending order.</summary>
    public required IReadOnlyList<DeviceSizeResult> Sizes { get; init; }
}

/// <summary>The results of one size.</summary>
/// <param name="Size">Size of the level.</param>
/// <param name="Voxels">Number of voxels.</param>
/// <param name="Kernels">The kernels, in the order of their first launch.</param>
internal sealed record DeviceSizeResult(ManifestSize Size, long Voxels, IReadOnlyList<KernelResult> Kernels);

/// <summary>All launches of a kernel at one size (<see cref="KernelLaunch"/>).</summary>
internal sealed record KernelResult(
    string Kernel, int Launches, long WorkItems, long Evaluations, long Bytes, double Seconds, double PredictedSeconds, double ShareOfPeak)
{
    /// <summary>Voxels that were compared or moved per second; a voxel has four bytes.</summary>
    public double VoxelsPerSecond => Bytes / 4 / Seconds;
}
