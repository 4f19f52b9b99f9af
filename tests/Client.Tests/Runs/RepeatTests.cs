using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Tests.Runs;

public sealed class RepeatTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_repeated_run_is_identical_on_another_number_of_threads()
    {
        await MakeRunAsync("--threads", "1");
        ProcessResult result = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out/manifest.json", "--threads", "2");
        Assert.StartsWith("Identical: 3 samples, every frame the same, in ", result.Output, StringComparison.Ordinal);
        Assert.Equal(Hashes("out"), Hashes("out-repeat"));
    }

    [Fact]
    public async Task A_sample_alone_is_the_one_in_the_set()
    {
        await MakeRunAsync();
        await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--sample", "2", "-o", "again");
        Assert.Equal([Hashes("out")[2]], Hashes("again"));
        Assert.Equal(
            ["again/index.html", "again/input.mp4", "again/manifest.json", "again/sample-0002.mp4"],
            _place.Files.Where(f => f.StartsWith("again/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_repeated_run_can_be_repeated()
    {
        await MakeRunAsync();
        await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--sample", "1", "-o", "again");
        await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "again", "-o", "and-again");
        Assert.Equal([Hashes("out")[1]], Hashes("and-again"));
    }

    [Fact]
    public async Task The_recorded_command_line_makes_the_same_set()
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
    public async Task Other_frames_than_those_recorded_are_an_error()
    {
        await MakeRunAsync();
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        ManifestSample[] samples = [.. manifest.Samples];
        samples[1] = samples[1] with { FramesSha256 = new string('0', 64) };
        ManifestFile.Save(manifest with { Samples = samples }, _place["out/manifest.json"]);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "vgpnn: not identical: 1 of 3 samples (the first is sample 1) differ from those recorded", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Another_input_than_the_recorded_one_is_refused_and_a_moved_one_is_found()
    {
        await MakeRunAsync();
        File.Move(_place["clip.mp4"], _place["moved.mp4"]);
        await TestClip.MakeAsync(_place, frames: 7);
        ProcessResult wrong = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out");
        Assert.Equal(3, wrong.ExitCode);
        Assert.Equal("vgpnn: clip.mp4 is not what the samples were made of\nhint: --input PATH names the right one\n", wrong.Error);
        Assert.DoesNotContain(_place.Files, f => f.StartsWith("out-repeat", StringComparison.Ordinal));
        await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--input", "moved.mp4");
    }

    [Fact]
    public async Task A_sample_that_the_manifest_does_not_name_is_refused()
    {
        await MakeRunAsync();
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out", "--sample", "3");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("vgpnn: the manifest names no sample 3\nhint: it names 3 samples from 0 to 2\n", result.Error);
    }

    [Theory]
    [InlineData("{", "it is not JSON of the expected form")]
    [InlineData("{}", "it is not JSON of the expected form")]
    [InlineData("", "it is not JSON of the expected form")]
    [InlineData("null", "it is empty")]
    public async Task A_file_that_is_no_manifest_is_refused(string content, string why)
    {
        await File.WriteAllTextAsync(_place["m.json"], content);
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "repeat", "m.json");
        Assert.Equal(3, result.ExitCode);
        Assert.Equal($"vgpnn: m.json cannot be read as a manifest: {why}\n", result.Error);
    }

    [Fact]
    public async Task A_manifest_that_is_not_there_is_named()
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
