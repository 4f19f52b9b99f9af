using System.CommandLine;
using System.Text;
using System.Text.Json;
using Vgpnn.Client.Bench;
using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn bench</c>: measures this machine's performance.</summary>
internal sealed class BenchCommand : Verb
{
    private const string Group = "Measurement";
    private static readonly int[] DefaultSizes = [144, 288, 576, 1080];

    private readonly Setting<int[]> _sizes = new("--sizes", "H,H,...", TrySizes)
    {
        Group = Group,
        Description = "Heights to measure: clips of 5 frames, 16:9.",
        Allowed = "heights from 16 to 2160, separated by commas",
        Default = "144,288,576,1080, as many as fit into two minutes",
    };

    private readonly Setting<int> _threads = new("--threads", "N", ValueText.Integer(1, 256))
    {
        Group = Group,
        Description = "Number of threads. The comparison of 1 and 2 threads is always made.",
        Allowed = "an integer from 1 to 256",
        Default = "one per core",
    };

    private readonly Setting<DeviceChoice> _device = new("--device", "auto|cpu|gpu[:N]", DeviceChoice.TryParse)
    {
        Group = Group,
        Description = "Processor to measure. On a GPU, each kernel is compared with a model's prediction.",
        Allowed = DeviceChoice.Allowed,
        Default = "cpu",
    };

    private readonly Flag _exhaustive = new("--exhaustive")
    {
        Group = Group,
        Description = "Also compare PatchMatch with exhaustive search over sizes (figure 6 of the paper).",
    };

    private readonly Setting<string> _svg = new("--svg", "FILE", PathText.TryParse)
    {
        Group = Group,
        Description = "Write a chart of the --exhaustive comparison (SVG).",
        Allowed = "a path",
        Default = "no chart",
    };

    public BenchCommand()
        : base("bench", "Measure the engine's performance on this machine with a fixed synthetic clip.")
    {
        Add(_sizes);
        Add(_threads);
        Add(_device);
        Add(_exhaustive);
        Add(_svg);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("bench", "Time per voxel and phase at four sizes, and the gain of a second thread."),
        new("bench --sizes 144,288", "A short measurement."),
        new("bench --device gpu", "Every GPU kernel: measured and predicted time."),
        new("bench --exhaustive --svg figure6.svg", "Also the time of exhaustive search, as a table and a chart."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        bool json = Json.IsGiven(parse);
        bool exhaustive = _exhaustive.IsGiven(parse);
        string? svg = _svg.IsGiven(parse) ? _svg.Or(parse, "") : null;
        if (svg is not null && !exhaustive)
            throw new VgpnnException(ErrorKind.Usage, "nothing-to-draw", "--svg needs the comparison that --exhaustive makes", "add --exhaustive");
        int[] heights = _sizes.Or(parse, DefaultSizes);
        if (_device.Or(parse, default) is { Kind: DeviceChoiceKind.Gpu } device)
        {
            if (exhaustive)
                throw new VgpnnException(ErrorKind.Usage, "bench-device", "--exhaustive compares CPU searches only", "leave out --device");
            DeviceBenchReport measured = await Task.Run(() => MeasureDevice(device, heights, cancellation), cancellation);
            if (json) Console.WriteLine(JsonSerializer.Serialize(measured, BenchJson.Default.DeviceBenchReport));
            else DeviceBenchTables.Write(measured);
            return ExitCode.Success;
        }

        if (svg is not null) Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(svg))!);

        var benchmark = new Benchmark(
            _threads.Or(parse, Environment.ProcessorCount), what => Console.Error.WriteLine($"measuring {what}…"), cancellation);
        BenchReport report = await Task.Run(() => benchmark.Run(heights, !_sizes.IsGiven(parse), exhaustive), cancellation);
        if (svg is not null) AtomicFile.Write(svg, Encoding.UTF8.GetBytes(ComparisonChart.Draw(report.Exhaustive!)));
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.BenchReport));
        else BenchTables.Write(report);
        return ExitCode.Success;
    }

    private static DeviceBenchReport MeasureDevice(DeviceChoice device, int[] heights, CancellationToken cancellation)
    {
        try
        {
            using Device open = Device.Open(Devices.Find(device.Index), measures: true);
            return new DeviceBenchmark(open, what => Console.Error.WriteLine($"measuring {what}…"), cancellation).Run(heights);
        }
        catch (DeviceException e)
        {
            throw DeviceSupport.Readable(e);
        }
    }

    private static bool TrySizes(string text, out int[] heights)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        heights = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!ValueText.Integer(16, 2160)(parts[i], out heights[i])) return false;
        }

        return true;
    }
}
