using System.Text.Json;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.Runs;

public sealed class EvaluateTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task All_samples_of_an_output_directory_are_scored()
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-n", "2", "--seed", "1", "-o", "out");
        ProcessResult table = await VgpnnProgram.SucceedAsync(_place.Root, "evaluate", "clip.mp4", "out");
        Assert.Contains("sample-0001.mp4", table.Output, StringComparison.Ordinal);
        Assert.Contains("Coherence", table.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nDiversity 0\.\d{3}", table.Output);

        ProcessResult json = await VgpnnProgram.SucceedAsync(_place.Root, "evaluate", "clip.mp4", "out", "--json", "--threads", "1");
        JsonElement report = VgpnnProgram.Lines(json.Output).Single();
        Assert.Equal(
            ["out/sample-0000.mp4", "out/sample-0001.mp4"],
            report.GetProperty("samples").EnumerateArray().Select(s => s.GetProperty("file").GetString()));
        Assert.InRange(report.GetProperty("diversity").GetDouble(), 0.001, 2);
    }

    [Fact]
    public async Task Input_itself_scores_as_a_copy_without_diversity()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult json = await VgpnnProgram.SucceedAsync(_place.Root, "evaluate", "clip.mp4", "clip.mp4", "--json");
        JsonElement report = VgpnnProgram.Lines(json.Output).Single();
        JsonElement scores = report.GetProperty("samples")[0].GetProperty("scores");
        Assert.Equal(0, scores.GetProperty("coherence").GetDouble());
        Assert.Equal(1, scores.GetProperty("copiedFrames").GetDouble());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("diversity").ValueKind);
    }

    [Theory]
    [InlineData("retarget clip.mp4 --size 30x40 --frames 5", "retargeting", "completeness")]
    [InlineData("inpaint clip.mp4 --mask mask.png --format png", "inpainting", "outside")]
    [InlineData("generate clip.mp4 other.mp4 --frames 2..6", "generation", "completeness")]
    [InlineData("generate clip.mp4 --loop", "generation", "seam")]
    [InlineData("analogy clip.mp4 other.mp4", "analogy", "structure")]
    [InlineData("sketch clip.mp4 other.mp4", "sketch", "structure")]
    public async Task Manifest_determines_inputs_for_every_application(string command, string application, string score)
    {
        await TestClip.MakeAsync(_place, moving: true);
        await TestClip.MakeAsync(_place, "other.mp4", width: 56, height: 40, moving: true);
        await TestClip.MakeMaskAsync(_place, "mask.png");
        await VgpnnProgram.SucceedAsync(_place.Root, [.. command.Split(' '), "--seed", "1", "-o", "out"]);
        ProcessResult json = await VgpnnProgram.SucceedAsync(_place.Root, "evaluate", "out", "--json");
        JsonElement report = VgpnnProgram.Lines(json.Output).Single();
        Assert.Equal(application, report.GetProperty("application").GetString());
        JsonElement scores = report.GetProperty("samples")[0].GetProperty("scores");
        Assert.Equal(JsonValueKind.Number, scores.GetProperty("coherence").ValueKind);
        Assert.Equal(JsonValueKind.Number, scores.GetProperty(score).ValueKind);
        if (score == "outside") Assert.Equal(0, scores.GetProperty(score).GetDouble());
    }

    [Fact]
    public async Task Options_determine_inputs_without_a_manifest()
    {
        await TestClip.MakeAsync(_place, moving: true);
        await TestClip.MakeAsync(_place, "other.mp4", moving: true);
        await TestClip.MakeMaskAsync(_place, "mask.png");
        ProcessResult followed = await VgpnnProgram.SucceedAsync(_place.Root, "evaluate", "other.mp4", "clip.mp4", "--content", "clip.mp4");
        Assert.Contains("Structure", followed.Output, StringComparison.Ordinal);
        ProcessResult inside = await VgpnnProgram.SucceedAsync(_place.Root, "evaluate", "clip.mp4", "clip.mp4", "--mask", "mask.png", "--loop");
        Assert.Matches("Outside.*Seam", inside.Output);
        Assert.DoesNotContain("Complete", inside.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_contradict_the_manifest_and_changed_inputs_are_rejected()
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "--iterations", "1", "-o", "out");
        ProcessResult twice = await VgpnnProgram.RunAsync(_place.Root, "evaluate", "out", "--max-height", "20");
        Assert.Equal((2, "vgpnn: --max-height cannot be combined with the manifest in out\nhint: leave out --max-height, or use the input itself instead of out\n"), (twice.ExitCode, twice.Error));
        await TestClip.MakeAsync(_place, "new.mp4", frames: 7);
        File.Move(_place["new.mp4"], _place["clip.mp4"], overwrite: true);
        ProcessResult changed = await VgpnnProgram.RunAsync(_place.Root, "evaluate", "out");
        Assert.Equal(3, changed.ExitCode);
        Assert.Contains("clip.mp4 is not the input of the recorded samples", changed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_frames_are_rejected_as_input_error()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "evaluate", "clip.mp4", "clip.mp4", "--frames", "1..2");
        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith("vgpnn: the input is 2×32×48", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_sample_argument_is_reported()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "evaluate", "clip.mp4");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("SAMPLE… is missing", result.Error, StringComparison.Ordinal);
    }
}
