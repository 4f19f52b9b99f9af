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
    public async Task Samples_made_on_a_device_are_recorded_as_such_and_repeated_there()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult made = await VgpnnProgram.SucceedAsync(
            _place.Root, "generate", "clip.mp4", "-n", "3", "--seed", "5", "-o", "out", "--iterations", "2", "--device", "gpu", "--json");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal("gpu", manifest.EngineClass);
        Assert.Contains("--device gpu", manifest.Command, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2], manifest.Samples.Select(s => s.Index));
        Assert.Equal(3, manifest.Samples.Select(s => s.FramesSha256).Distinct().Count());

        // Every launch of every level, with the first of samples that are made together.
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
    public async Task A_device_that_is_not_there_is_an_error_that_names_the_way_out()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4", "--device", "gpu:99");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("there is no device 99", result.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place["clip-samples"]));
    }

    [GpuFact]
    public async Task What_devices_cannot_make_is_refused_where_one_is_asked_for()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4", "--device", "gpu", "--engine", "float");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--engine float", result.Error, StringComparison.Ordinal);
    }

    [GpuFact]
    public async Task Devices_are_listed()
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
    public void Devices_have_names(string text, string kind, int? index)
    {
        Assert.True(DeviceChoice.TryParse(text, out DeviceChoice choice));
        Assert.Equal((kind, index), ($"{choice.Kind}", choice.Index));
    }

    [Theory]
    [InlineData("opencl")]
    [InlineData("gpu:")]
    [InlineData("gpu:-1")]
    [InlineData("gpu:1:2")]
    public void Other_names_are_none(string text) => Assert.False(DeviceChoice.TryParse(text, out _));

    [Fact]
    public void The_faster_device_is_measured_once_for_a_machine()
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

        // Another driver: another machine.
        Assert.Null(Choose("b", null));
        Assert.Null(Choose("b", 1));
        Assert.Equal(2, measured);
        File.WriteAllText(file, "nonsense");
        Assert.Equal(3, Choose("b", 3));
    }

    [GpuFact]
    public void The_faster_one_is_found_by_making_a_sample()
    {
        Assert.Null(AutoDevice.Measure([]));
        DeviceDescription device = Devices.Find();
        Assert.True(AutoDevice.Measure([device]) is null or 0);
    }

    [GpuFact]
    public async Task A_bench_of_a_device_compares_every_kernel_with_the_model()
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
