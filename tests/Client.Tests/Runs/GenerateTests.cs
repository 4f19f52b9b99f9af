using System.Security.Cryptography;
using System.Text.Json;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Media;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Tests.Runs;

public sealed class GenerateTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Generate_writes_samples_manifest_and_page()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-n", "2");
        Assert.Equal(
            [
                "clip-samples/index.html", "clip-samples/input.mp4", "clip-samples/manifest.json",
                "clip-samples/sample-0000.mp4", "clip-samples/sample-0001.mp4", "clip.mp4",
            ],
            _place.Files);
        Assert.Matches(@"^2 samples in [\d.]+ s\. To watch, open clip-samples/index\.html\n$", result.Output);
        Assert.Matches(@"^2 samples of clip\.mp4: 6 frames of 48×32, seed \d+, about [^\n]+\n", result.Error);
    }

    [Fact]
    public async Task Manifest_records_all_resolved_settings()
    {
        string clip = await TestClip.MakeAsync(_place, frames: 26);
        await VgpnnProgram.SucceedAsync(
            _place.Root, "generate", "clip.mp4", "-o", "out", "--seed", "7", "--frames", "2..25", "--fps", "30000/1001");
        RunManifest manifest = ManifestFile.Load(_place["out"]);

        Assert.Equal(RunStatus.Complete, manifest.Status);
        Assert.Equal("cpu", manifest.EngineClass);
        Assert.True(manifest.Seconds > 0);
        Assert.Equal("clip.mp4", manifest.Inputs[0].Name);
        Assert.Equal("../clip.mp4", manifest.Inputs[0].Path);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(clip))), manifest.Inputs[0].FileSha256);
        Assert.Equal(new ManifestSize(24, 32, 48), manifest.Inputs[0].Size);
        Assert.Equal("30000/1001", manifest.Inputs[0].FrameRate);
        Assert.Equal(new ManifestSize(19, 32, 48), manifest.Output.Size);
        RunSettings settings = manifest.Settings.Read();
        Assert.Equal(new Scale(0.8, 1, 1), settings.Method.Scale);
        Assert.Equal(7ul, manifest.Settings.Seed);
        Assert.Equal((2, 25), (settings.FirstFrame!.Value, settings.LastFrame!.Value));
        Assert.True(manifest.Settings.NoiseAuto);
        Assert.InRange(settings.Method.Noise!.Value, 2, 5);
        ManifestSample sample = Assert.Single(manifest.Samples);
        Assert.Equal("sample-0000.mp4", sample.File);
        Assert.Matches("^[0-9a-f]{64}$", sample.FramesSha256);
        Assert.Equal(manifest.Levels.Select(l => l.Index), sample.Levels.Select(l => l.Index));
        Assert.Equal(Enumerable.Range(0, manifest.Levels.Count).Reverse(), manifest.Levels.Select(l => l.Index));
    }

    [Fact]
    public async Task Files_have_the_size_and_frame_rate_of_the_manifest()
    {
        await TestClip.MakeAsync(_place, width: 47, height: 31, name: "odd.gif");
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "odd.gif", "-o", "out", "--format", "png", "--seed", "1", "--fps", "12");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        ReadResult frames = await ClipReader.ReadAsync(_place[Path.Combine("out", manifest.Samples[0].File)]);
        Assert.Equal(manifest.Samples[0].FramesSha256, frames.Clip.ContentHash());
        ReadResult preview = await ClipReader.ReadAsync(_place[Path.Combine("out", manifest.Samples[0].Preview)]);
        Assert.Equal("12", preview.Clip.FrameRate.ToString());
        Assert.Equal(manifest.Output.Size.Frames, preview.Clip.Frames.Count);
    }

    [Theory]
    [InlineData("gif", "sample-0000.gif", "previews/sample-0000.mp4")]
    [InlineData("webm", "sample-0000.webm", "sample-0000.webm")]
    public async Task Every_format_has_a_file_that_the_page_can_play(string format, string file, string preview)
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-o", "out", "--format", format);
        ManifestSample sample = ManifestFile.Load(_place["out"]).Samples.Single();
        Assert.Equal((file, preview), (sample.File, sample.Preview));
        Assert.Contains($"out/{file}", _place.Files);
        Assert.Contains($"out/{preview}", _place.Files);
    }

    [Fact]
    public async Task Saved_levels_are_numbered_from_the_finest()
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-o", "out", "--format", "png", "--save-levels");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        string levels = manifest.Samples[0].LevelsDirectory!;
        Assert.Equal(
            Enumerable.Range(0, manifest.Levels.Count).Select(i => $"level-{i:00}"),
            Directory.EnumerateDirectories(_place[$"out/{levels}"]).Select(Path.GetFileName).Order());
        ReadResult finest = await ClipReader.ReadAsync(_place[$"out/{levels}/level-00"]);
        Assert.Equal(manifest.Samples[0].FramesSha256, finest.Clip.ContentHash());
    }

    [Fact]
    public async Task Dry_run_shows_the_plan_and_writes_nothing()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult text = await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "--dry-run");
        Assert.Contains("clip-samples", text.Output, StringComparison.Ordinal);
        Assert.Contains("6×32×48", text.Output, StringComparison.Ordinal);
        ProcessResult json = await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "--dry-run", "--json");
        JsonElement plan = VgpnnProgram.Lines(json.Output).Single();
        Assert.Equal("plan", plan.Type());
        Assert.Equal("clip-samples", plan.GetProperty("directory").GetString());
        Assert.True(plan.GetProperty("expectedSeconds").GetDouble() > 0);
        Assert.True(plan.GetProperty("peakBytes").GetInt64() > 0);
        Assert.Equal(15, plan.GetProperty("settings").GetProperty("minS").GetInt32());
        Assert.Equal(["clip.mp4"], _place.Files);
    }

    [Fact]
    public async Task Json_events_are_written_in_order()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-n", "2", "-o", "out", "--json");
        IReadOnlyList<JsonElement> lines = VgpnnProgram.Lines(result.Output);
        Assert.Empty(result.Error);
        Assert.Equal("plan", lines[0].Type());
        Assert.Equal("done", lines[^1].Type());
        int levels = lines[0].GetProperty("levels").GetArrayLength();
        string[] steps = [.. lines.Select(l => l.Type()).Where(t => t is not ("plan" or "done" or "progress"))];
        string[] sample = ["sample-started", .. Enumerable.Repeat("level-finished", levels), "sample-finished"];
        Assert.Equal([.. sample, .. sample], steps);
        double[] percent = [.. lines.Where(l => l.Type() == "progress").Select(l => l.GetProperty("percent").GetDouble())];
        Assert.NotEmpty(percent);
        Assert.Equal(percent.Order(), percent);
        Assert.Equal("out/manifest.json", lines[^1].GetProperty("manifest").GetString());
    }

    [Fact]
    public async Task Different_and_random_seeds_give_different_samples()
    {
        await TestClip.MakeAsync(_place);
        var hashes = new HashSet<string>();
        foreach (string[] seed in (string[][])[["--seed", "1"], ["--seed", "2"], []])
        {
            await VgpnnProgram.SucceedAsync(_place.Root, ["generate", "clip.mp4", "-o", "out", "--overwrite", .. seed]);
            Assert.True(hashes.Add(ManifestFile.Load(_place["out"]).Samples.Single().FramesSha256));
        }
    }

    [Fact]
    public async Task Invalid_video_is_rejected_before_writing()
    {
        await File.WriteAllTextAsync(_place["clip.mp4"], "not a video");
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4");
        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith("vgpnn: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(["clip.mp4"], _place.Files);
    }

    [Fact]
    public async Task Loop_is_recorded_and_repeated()
    {
        await TestClip.MakeAsync(_place, frames: 6);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "--loop", "-o", "out", "--iterations", "1");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.True(manifest.Settings.Read().Method.Loop);
        Assert.Contains(" --loop ", manifest.Command, StringComparison.Ordinal);
        ProcessResult again = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out");
        Assert.StartsWith("Identical: 1 sample,", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_inputs_are_recorded_and_repeated_in_order()
    {
        await TestClip.MakeAsync(_place, frames: 6);
        await TestClip.MakeAsync(_place, "other.mp4", frames: 5, width: 64, height: 32);
        ProcessResult made = await VgpnnProgram.SucceedAsync(
            _place.Root, "generate", "clip.mp4", "other.mp4", "-n", "2", "-o", "out", "--iterations", "1");
        Assert.Contains("note: clip 2 was resized from 64×32 to 48×32", made.Error, StringComparison.Ordinal);
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal(["clip.mp4", "other.mp4"], manifest.Inputs.Select(i => i.Name));
        Assert.Equal(["input.mp4", "input-2.mp4"], manifest.Inputs.Select(i => i.Preview));
        ProcessResult again = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out");
        Assert.StartsWith("Identical: 2 samples,", again.Output, StringComparison.Ordinal);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "other.mp4", "--dry-run");
    }
}
