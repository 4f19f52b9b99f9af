using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Tests.Runs;

public sealed class RepeatTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Repeated_run_is_identical_for_any_number_of_threads()
    {
        await MakeRunAsync("--threads", "1");
        ProcessResult result = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out/manifest.json", "--threads", "2");
        Assert.StartsWith("Identical: 3 samples, all frames equal, in ", result.Output, StringComparison.Ordinal);
        Assert.Equal(Hashes("out"), Hashes("out-repeat"));
    }

    [Fact]
    public async Task Single_repeated_sample_equals_the_one_of_the_set()
    {
        await MakeRunAsync();
        await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--sample", "2", "-o", "again");
        Assert.Equal([Hashes("out")[2]], Hashes("again"));
        Assert.Equal(
            ["again/index.html", "again/input.mp4", "again/manifest.json", "again/sample-0002.mp4"],
            _place.Files.Where(f => f.StartsWith("again/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Repeated_run_can_be_repeated_again()
    {
        await MakeRunAsync();
        await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--sample", "1", "-o", "again");
        await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "again", "-o", "and-again");
        Assert.Equal([Hashes("out")[1]], Hashes("and-again"));
    }

    [Fact]
    public async Task Recorded_command_line_makes_identical_samples()
    {
        await MakeRunAsync(
            "--scale", "1,1,1.2", "--patch", "2,5,5", "--iterations", "2", "--noise-time", "independent",
            "--vote", "mean", "--search", "jumpflood", "--engine", "float");
        RunManifest before = ManifestFile.Load(_place["out"]);
        Directory.Delete(_place["out"], recursive: true);
        await VgpnnProgram.ShellAsync(_place.Root, before.Command);
        Assert.Equal(before.Samples.Select(s => s.FramesSha256), Hashes("out"));
    }

    [Fact]
    public async Task Frames_that_differ_from_the_recorded_ones_are_an_error()
    {
        await MakeRunAsync();
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        ManifestSample[] samples = [.. manifest.Samples];
        samples[1] = samples[1] with { FramesSha256 = new string('0', 64) };
        ManifestFile.Save(manifest with { Samples = samples }, _place["out/manifest.json"]);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "vgpnn: not identical: 1 of 3 samples (the first is sample 1) differ from the recorded ones", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Changed_input_is_rejected_and_moved_input_is_accepted()
    {
        await MakeRunAsync();
        File.Move(_place["clip.mp4"], _place["moved.mp4"]);
        await TestClip.MakeAsync(_place, frames: 7);
        ProcessResult wrong = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out");
        Assert.Equal(3, wrong.ExitCode);
        Assert.Equal("vgpnn: clip.mp4 is not the input of the recorded samples\nhint: use --input PATH with the original file\n", wrong.Error);
        Assert.DoesNotContain(_place.Files, f => f.StartsWith("out-repeat", StringComparison.Ordinal));
        await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--input", "moved.mp4");
    }

    [Fact]
    public async Task Sample_missing_in_the_manifest_is_rejected()
    {
        await MakeRunAsync();
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out", "--sample", "3");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("vgpnn: the manifest has no sample 3\nhint: it has 3 samples, numbered 0 to 2\n", result.Error);
    }

    [Theory]
    [InlineData("{", "it is not JSON of the expected form")]
    [InlineData("{}", "it is not JSON of the expected form")]
    [InlineData("", "it is not JSON of the expected form")]
    [InlineData("null", "it is empty")]
    public async Task Invalid_manifest_is_rejected(string content, string why)
    {
        await File.WriteAllTextAsync(_place["m.json"], content);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "repeat", "m.json");
        Assert.Equal(3, result.ExitCode);
        Assert.Equal($"vgpnn: m.json cannot be read as a manifest: {why}\n", result.Error);
    }

    [Fact]
    public async Task Missing_manifest_is_reported()
    {
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "repeat", "nothing");
        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith("vgpnn: there is no manifest at nothing\n", result.Error, StringComparison.Ordinal);
    }

    private async Task MakeRunAsync(params string[] options)
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, ["generate", "clip.mp4", "-n", "3", "--seed", "5", "-o", "out", .. options]);
    }

    private string[] Hashes(string run) => [.. ManifestFile.Load(_place[run]).Samples.Select(s => s.FramesSha256)];
}
