using System.Diagnostics;
using System.Text.Json;
using Vgpnn.Client.Runs;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Tests.Runs;

/// <summary>Tests of <c>analogy --all-pairs</c>.</summary>
public sealed class AllPairsTests : IDisposable
{
    private static readonly string[] Names = ["a-as-b", "a-as-c", "b-as-a", "b-as-c", "c-as-a", "c-as-b"];
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task All_pairs_are_made_and_finished_pairs_are_kept()
    {
        await MakeAsync("a", "b");
        await File.WriteAllTextAsync(_place["clips/notes.txt"], "no clip");
        ProcessResult first = await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "--all-pairs", "clips", "--seed", "7");
        Assert.EndsWith("To watch, open clips-analogies/index.html\n", first.Output, StringComparison.Ordinal);
        PairsManifest pairs = Read("clips-analogies");
        Assert.Equal((RunStatus.Complete, 7UL), (pairs.Status, pairs.Seed));
        Assert.Equal(["a", "b"], pairs.Clips);
        Assert.Equal(["a-as-b", "b-as-a"], pairs.Pairs.Select(p => p.Directory));
        Assert.All(pairs.Pairs, p => Assert.True(File.Exists(_place[$"clips-analogies/{p.Preview}"])));
        RunManifest before = ManifestFile.Load(_place["clips-analogies/a-as-b"]);

        // With another clip and without a seed, the run continues with the recorded seed.
        await MakeAsync("c");
        ProcessResult more = await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "--all-pairs", "clips", "--json");
        Assert.Equal(Names, Read("clips-analogies").Pairs.Select(p => p.Directory));
        Assert.Equal(before.Created, ManifestFile.Load(_place["clips-analogies/a-as-b"]).Created);
        JsonElement[] lines = [.. VgpnnProgram.Lines(more.Output)];
        Assert.Equal(4, lines.Count(l => l.Type() == "plan"));
        Assert.Equal(["done"], lines.Where(l => l.Type() == "done").Select(l => l.Type()));
        Assert.Equal(6, lines[^1].GetProperty("samples").GetInt32());

        ProcessResult other = await VgpnnProgram.RunAsync(_place.Root, "analogy", "--all-pairs", "clips", "--bins", "3,3");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("clips-analogies/a-as-b was made with other settings or clips", other.Error, StringComparison.Ordinal);
        await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "--all-pairs", "clips", "--bins", "3,3", "--overwrite");
        Assert.Equal(3, ManifestFile.Load(_place["clips-analogies/a-as-b"]).Settings.Read().Method.Bins.Content);
    }

    [Fact]
    public async Task Interrupted_run_is_continued()
    {
        await MakeAsync("a", "b", "c");
        using Process process = VgpnnProgram.StartInterruptible(_place.Root, "analogy", "--all-pairs", "clips", "-o", "out", "--json");
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            if (JsonDocument.Parse(line).RootElement.Type() == "sample-finished") break;
        ChildProcess.Signal(process, ChildProcess.SigInt);
        ProcessResult stopped = await ChildProcess.FinishAsync(process, process.StandardOutput.ReadToEndAsync());
        Assert.Equal(130, stopped.ExitCode);
        PairsManifest there = Read("out");
        Assert.Equal(RunStatus.Interrupted, there.Status);
        Assert.InRange(there.Pairs.Count, 0, 5);
        Assert.Contains($"{there.Pairs.Count} of 6 pairs finished", VgpnnProgram.Lines(stopped.Output)[^1].GetProperty("message").GetString()!, StringComparison.Ordinal);
        DateTimeOffset[] made = [.. there.Pairs.Select(p => ManifestFile.Load(_place[$"out/{p.Directory}"]).Created)];

        await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "--all-pairs", "clips", "-o", "out");
        PairsManifest whole = Read("out");
        Assert.Equal((RunStatus.Complete, there.Seed), (whole.Status, whole.Seed));
        Assert.Equal(Names, whole.Pairs.Select(p => p.Directory));
        Assert.Equal(made, whole.Pairs.Take(made.Length).Select(p => ManifestFile.Load(_place[$"out/{p.Directory}"]).Created));
    }

    [Theory]
    [InlineData("analogy --all-pairs none", 3, "the directory none does not exist")]
    [InlineData("analogy --all-pairs empty", 3, "empty contains 0 clips; --all-pairs needs 2 to 20")]
    [InlineData("analogy a.mp4 b.mp4 --all-pairs clips", 2, "--all-pairs and CONTENT were both given")]
    [InlineData("analogy --all-pairs clips -o full", 2, "full is not empty and contains no earlier pairs")]
    [InlineData("analogy --all-pairs clips -o clips", 2, "the output directory clips contains the clips")]
    public async Task Invalid_directory_is_rejected(string command, int exitCode, string sentence)
    {
        await MakeAsync("a", "b");
        Directory.CreateDirectory(_place["empty"]);
        Directory.CreateDirectory(_place["full"]);
        await File.WriteAllTextAsync(_place["full/letter.txt"], "mine");
        IReadOnlyList<string> before = _place.Files;
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, command.Split(' '));
        Assert.Equal(exitCode, refused.ExitCode);
        Assert.StartsWith($"vgpnn: {sentence}", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, _place.Files);
    }

    [Fact]
    public async Task Error_names_a_clip_without_motion()
    {
        await MakeAsync("a");
        ProcessResult made = await ChildProcess.RunAsync(
            "ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=gray:size=48x32:rate=10", "-frames:v", "5", _place["clips/still.mp4"]], _place.Root);
        Assert.True(made.ExitCode == 0, made.Error);
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, "analogy", "--all-pairs", "clips", "-o", "out");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("a-as-still: nothing moves in the style", refused.Error, StringComparison.Ordinal);
    }

    private async Task MakeAsync(params string[] names)
    {
        Directory.CreateDirectory(_place["clips"]);
        foreach (string name in names) await TestClip.MakeAsync(_place, $"clips/{name}.mp4", frames: 5, moving: true);
    }

    private PairsManifest Read(string directory) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(_place[$"{directory}/pairs.json"]), PairsJson.Default.PairsManifest)!;
}
