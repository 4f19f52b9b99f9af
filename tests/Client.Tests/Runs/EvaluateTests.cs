using System.Text.Json;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.Runs;

public sealed class EvaluateTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_directory_of_results_is_scored_sample_by_sample()
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
    public async Task The_input_itself_scores_as_a_copy_and_has_no_diversity()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult json = await VgpnnProgram.SucceedAsync(_place.Root, "evaluate", "clip.mp4", "clip.mp4", "--json");
        JsonElement report = VgpnnProgram.Lines(json.Output).Single();
        JsonElement scores = report.GetProperty("samples")[0].GetProperty("scores");
        Assert.Equal(0, scores.GetProperty("coherence").GetDouble());
        Assert.Equal(1, scores.GetProperty("copiedFrames").GetDouble());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("diversity").ValueKind);
    }

    [Fact]
    public async Task Too_few_frames_are_an_error_of_the_input()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "evaluate", "clip.mp4", "clip.mp4", "--frames", "1..2");
        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith("vgpnn: the input is 2×32×48", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_sample_is_named()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "evaluate", "clip.mp4");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("SAMPLE… is missing", result.Error, StringComparison.Ordinal);
    }
}
