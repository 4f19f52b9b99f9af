using System.Diagnostics;
using System.Text.Json;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Tests.Runs;

public sealed class InterruptionTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(ChildProcess.SigInt)]
    [InlineData(ChildProcess.SigTerm)]
    public async Task Interrupted_run_keeps_finished_samples_and_no_partial_files(int signal)
    {
        await TestClip.MakeAsync(_place);
        (ProcessResult result, int finished) = await StopAsync("sample-finished", 2, signal, "-n", "500");
        Assert.Equal(130, result.ExitCode);

        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal(RunStatus.Interrupted, manifest.Status);
        Assert.InRange(manifest.Samples.Count, finished, 499);
        string[] expected =
        [
            "clip.mp4", "out/index.html", "out/input.mp4", "out/manifest.json", .. manifest.Samples.Select(s => $"out/{s.File}"),
        ];
        Assert.Equal(expected, _place.Files);
        JsonElement last = VgpnnProgram.Lines(result.Output)[^1];
        Assert.Equal("interrupted", last.GetProperty("code").GetString());
        Assert.Equal($"interrupted; {manifest.Samples.Count} of 500 samples finished", last.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Run_interrupted_in_its_first_sample_can_be_started_again()
    {
        await TestClip.MakeAsync(_place, frames: 20, width: 96, height: 64);
        (ProcessResult result, _) = await StopAsync("level-finished", 2, ChildProcess.SigInt, "--save-levels", "--iterations", "100");
        Assert.Equal(130, result.ExitCode);
        Assert.Empty(ManifestFile.Load(_place["out"]).Samples);

        // The copy of the input for the page is written beside the first levels, and may be missing.
        Assert.Equal(["clip.mp4", "out/index.html", "out/manifest.json"], _place.Files.Except(["out/input.mp4"]));

        // The directory contains no samples, so the same command succeeds without --overwrite.
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-o", "out", "--iterations", "1");
    }

    [Fact]
    public async Task Finished_samples_of_an_interrupted_run_can_be_repeated()
    {
        await TestClip.MakeAsync(_place);
        await StopAsync("sample-finished", 1, ChildProcess.SigInt, "-n", "500");
        ProcessResult result = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--sample", "0");
        Assert.StartsWith("Identical: 1 sample", result.Output, StringComparison.Ordinal);
    }

    /// <summary>Runs until an event was reported the given number of times, sends the signal, and waits for the exit.</summary>
    private async Task<(ProcessResult Result, int Times)> StopAsync(string what, int times, int signal, params string[] options)
    {
        using Process process = VgpnnProgram.StartInterruptible(
            _place.Root, ["generate", "clip.mp4", "-o", "out", "--seed", "1", "--json", .. options]);
        int seen = 0;
        while (seen < times)
        {
            string? line = await process.StandardOutput.ReadLineAsync();
            Assert.True(line is not null, $"the run ended after {seen} of {times} {what}");
            if (JsonDocument.Parse(line).RootElement.Type() == what) seen++;
        }

        ChildProcess.Signal(process, signal);
        return (await ChildProcess.FinishAsync(process, process.StandardOutput.ReadToEndAsync()), seen);
    }
}
