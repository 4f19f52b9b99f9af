using System.Text.Json;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Testing;

namespace Vgpnn.Client.Tests.Runs;

public sealed class DeviceTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [GpuFact]
    public async Task Gpu_samples_are_recorded_and_repeated_on_the_gpu()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult made = await VgpnnProgram.SucceedAsync(
            _place.Root, "generate", "clip.mp4", "-n", "3", "--seed", "5", "-o", "out", "--iterations", "2", "--device", "gpu", "--json");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal("gpu", manifest.EngineClass);
        Assert.Contains("--device gpu", manifest.Command, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2], manifest.Samples.Select(s => s.Index));
        Assert.Equal(3, manifest.Samples.Select(s => s.FramesSha256).Distinct().Count());

        // All launches of a level are reported with the first sample of a batch.
        JsonElement[] levels = [.. VgpnnProgram.Lines(made.Output).Where(l => l.Type() == "level-finished")];
        Assert.Equal(3 * manifest.Levels.Count, levels.Length);
        JsonElement[] launches = [.. levels.Where(l => l.TryGetProperty("launches", out _)).SelectMany(l => l.GetProperty("launches").EnumerateArray())];
        Assert.Contains(launches, l => l.GetProperty("kernel").GetString() == "vote_median");
        Assert.All(launches, l => Assert.True(l.GetProperty("workItems").GetInt64() > 0 && l.GetProperty("bytes").GetInt64() > 0));
        Assert.Contains(launches, l => l.GetProperty("evaluations").GetInt64() > 0);

        ProcessResult repeated = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--sample", "1", "-o", "again");
        Assert.StartsWith("Identical: 1 sample", repeated.Output, StringComparison.Ordinal);
        ProcessResult elsewhere = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out", "-o", "elsewhere", "--device", "cpu");
        Assert.Equal(2, elsewhere.ExitCode);
        Assert.Contains("gpu", elsewhere.Error, StringComparison.Ordinal);
    }

    [GpuFact]
    public async Task Missing_device_is_reported_with_a_hint()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4", "--device", "gpu:99");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("there is no device 99", result.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place["clip-samples"]));
    }

    [GpuFact]
    public async Task Option_without_gpu_support_is_rejected_for_gpu_runs()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4", "--device", "gpu", "--engine", "float");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--engine float", result.Error, StringComparison.Ordinal);
    }

    [GpuFact]
    public async Task Devices_include_cpu_and_gpu()
    {
        ProcessResult result = await VgpnnProgram.SucceedAsync(_place.Root, "devices", "--json");
        JsonElement[] lines = [.. VgpnnProgram.Lines(result.Output)];
        Assert.Equal(["cpu", "gpu:0"], lines.Take(2).Select(l => l.GetProperty("name").GetString()));
        Assert.Equal("gpu", lines[1].GetProperty("engineClass").GetString());
    }

    [Theory]
    [InlineData("auto", "Auto", null)]
    [InlineData("CPU", "Cpu", null)]
    [InlineData("gpu", "Gpu", null)]
    [InlineData("gpu:12", "Gpu", 12)]
    public void Device_name_is_parsed(string text, string kind, int? index)
    {
        Assert.True(DeviceChoice.TryParse(text, out DeviceChoice choice));
        Assert.Equal((kind, index), ($"{choice.Kind}", choice.Index));
    }

    [Theory]
    [InlineData("opencl")]
    [InlineData("gpu:")]
    [InlineData("gpu:-1")]
    [InlineData("gpu:1:2")]
    public void Invalid_device_name_is_rejected(string text) => Assert.False(DeviceChoice.TryParse(text, out _));

    [Fact]
    public void Automatic_device_is_measured_once_per_machine()
    {
        string file = _place["cache/device"];
        int measured = 0;
        int? Choose(string machine, int? fastest) => AutoDevice.Choose(file, machine, () =>
        {
            measured++;
            return fastest;
        });
        Assert.Equal(1, Choose("a", 1));
        Assert.Equal(1, Choose("a", null));
        Assert.Equal(1, measured);

        // Another driver counts as another machine.
        Assert.Null(Choose("b", null));
        Assert.Null(Choose("b", 1));
        Assert.Equal(2, measured);
        File.WriteAllText(file, "invalid");
        Assert.Equal(3, Choose("b", 3));
    }

    [GpuFact]
    public void Fastest_device_is_measured_with_a_sample()
    {
        Assert.Null(AutoDevice.Measure([]));
        DeviceDescription device = Devices.Find();
        Assert.True(AutoDevice.Measure([device]) is null or 0);
    }

    [GpuFact]
    public async Task Device_bench_compares_all_kernels_with_the_model()
    {
        ProcessResult result = await VgpnnProgram.SucceedAsync(_place.Root, "bench", "--device", "gpu", "--sizes", "16,20", "--json");
        JsonElement report = VgpnnProgram.Lines(result.Output).Single();
        Assert.Equal("device-bench", report.Type());
        Assert.True(report.GetProperty("bytesPerSecond").GetDouble() > 0);
        JsonElement[] sizes = [.. report.GetProperty("sizes").EnumerateArray()];
        Assert.Equal([16, 20], sizes.Select(s => s.GetProperty("size").GetProperty("height").GetInt32()));
        Assert.All(sizes, size =>
        {
            JsonElement[] kernels = [.. size.GetProperty("kernels").EnumerateArray()];
            Assert.Contains(kernels, k => k.GetProperty("kernel").GetString() == "jump_flood");
            Assert.All(kernels, k => Assert.True(k.GetProperty("predictedSeconds").GetDouble() > 0));
        });
    }
}
