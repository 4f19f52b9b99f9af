using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.Runs;

public sealed class OutputDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Directory_that_is_not_empty_is_rejected()
    {
        Directory.CreateDirectory(_place["out"]);
        await File.WriteAllTextAsync(_place["out/notes.txt"], "mine");
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4", "-o", "out");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            "vgpnn: the output directory out is not empty\nhint: use --overwrite to replace earlier results, or another directory with -o\n", result.Error);
        ProcessResult json = await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4", "-o", "out", "--json");
        Assert.Equal("output-exists", VgpnnProgram.Lines(json.Output).Single().GetProperty("code").GetString());
        Assert.Equal(["out/notes.txt"], _place.Files);
    }

    [Fact]
    public async Task Overwrite_deletes_earlier_results_and_keeps_other_files()
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-n", "2", "-o", "out", "--format", "gif", "--save-levels");
        await File.WriteAllTextAsync(_place["out/notes.txt"], "mine");
        await File.WriteAllTextAsync(_place["out/sample-picture.gif"], "mine");
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-o", "out", "--overwrite");
        Assert.Equal(
            [
                "clip.mp4", "out/index.html", "out/input.mp4", "out/manifest.json", "out/notes.txt", "out/sample-0000.mp4",
                "out/sample-picture.gif",
            ],
            _place.Files);
    }

    [Fact]
    public async Task Input_inside_the_output_directory_is_not_overwritten()
    {
        Directory.CreateDirectory(_place["out"]);
        await TestClip.MakeAsync(_place, "out/input.mp4");
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "generate", "out/input.mp4", "-o", "out", "--overwrite");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("vgpnn: the output directory out contains an input that would be overwritten\nhint: use another directory with -o\n", result.Error);
        Assert.Equal(["out/input.mp4"], _place.Files);
    }

    [Fact]
    public async Task File_as_output_directory_is_rejected()
    {
        await File.WriteAllTextAsync(_place["out"], "mine");
        ProcessResult result = await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4", "-o", "out", "--overwrite");
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("vgpnn: out is a file; the output must be a directory\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Default_directory_is_named_after_the_input()
    {
        Directory.CreateDirectory(_place["in"]);
        Directory.CreateDirectory(_place["work"]);
        await TestClip.MakeAsync(_place, "in/my.clip.mp4");
        await VgpnnProgram.SucceedAsync(_place["work"], "generate", "../in/my.clip.mp4");
        Assert.Contains("work/my.clip-samples/sample-0000.mp4", _place.Files);
    }
}
