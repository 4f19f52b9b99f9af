using System.Diagnostics;
using System.Text.Json;
using Vgpnn.Client.Runs;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Tests.Runs;

/// <summary><c>analogy --all-pairs</c>: a table of clips.</summary>
public sealed class AllPairsTests : IDisposable
{
    private static readonly string[] Names = ["a-as-b", "a-as-c", "b-as-a", "b-as-c", "c-as-a", "c-as-b"];
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Every_clip_is_made_in_the_look_of_every_other_and_what_is_there_stays()
    {
        await MakeAsync("a", "b");
        await File.WriteAllTextAsync(_place["clips/notes.txt"], "no clip");
        ProcessResult first = await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "--all-pairs", "clips", "--seed", "7");
        Assert.EndsWith("Open clips-analogies/index.html to watch.\n", first.Output, StringComparison.Ordinal);
        PairsManifest pairs = Read("clips-analogies");
        Assert.Equal((RunStatus.Complete, 7UL), (pairs.Status, pairs.Seed));
        Assert.Equal(["a", "b"], pairs.Clips);
        Assert.Equal(["a-as-b", "b-as-a"], pairs.Pairs.Select(p => p.Directory));
        Assert.All(pairs.Pairs, p => Assert.True(File.Exists(_place[$"clips-analogies/{p.Preview}"])));
        RunManifest before = ManifestFile.Load(_place["clips-analogies/a-as-b"]);

        // One more clip, and no seed: it goes on with the seed that is there.
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
        Assert.Contains("clips-analogies/a-as-b was made with other settings or of other clips", other.Error, StringComparison.Ordinal);
        await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "--all-pairs", "clips", "--bins", "3,3", "--overwrite");
        Assert.Equal(3, ManifestFile.Load(_place["clips-analogies/a-as-b"]).Settings.Read().Method.Bins.Content);
    }

    [Fact]
    public async Task A_run_that_was_stopped_goes_on_where_it_was()
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
    [InlineData("analogy --all-pairs none", 3, "there is no directory none")]
    [InlineData("analogy --all-pairs empty", 3, "there are 0 clips in empty, and pairs are made of 2 to 20")]
    [InlineData("analogy a.mp4 b.mp4 --all-pairs clips", 2, "there are two inputs, one by --all-pairs and one as an argument")]
    [InlineData("analogy --all-pairs clips -o full", 2, "full is not empty, and holds no earlier pairs")]
    [InlineData("analogy --all-pairs clips -o clips", 2, "the clips lie in clips, where the results would go")]
    public async Task What_cannot_be_is_refused(string command, int exitCode, string sentence)
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
    public async Task A_clip_in_which_nothing_moves_is_named()
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
