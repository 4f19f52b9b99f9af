using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Tests.Runs;

public sealed class AnalogyTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("analogy", Application.Analogy, InputRole.Content, "--bins", "3,4")]
    [InlineData("sketch", Application.Sketch, InputRole.Sketch, "--bins", "3")]
    public async Task Run_is_repeated_by_manifest_and_by_command_line(
        string verb, Application application, InputRole role, string option, string value)
    {
        await TestClip.MakeAsync(_place, moving: true);
        await TestClip.MakeAsync(_place, "style.mp4", frames: 5, width: 40, height: 36, moving: true);
        await VgpnnProgram.SucceedAsync(_place.Root, verb, "clip.mp4", "style.mp4", option, value, "--completeness", "none", "-o", "out");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal([role, InputRole.Style], manifest.Inputs.Select(i => i.Role));
        Assert.Equal((application, (double?)null), (manifest.Settings.Application, manifest.Settings.Read().Method.Completeness));
        Assert.Equal(new ManifestSize(6, 32, 48), manifest.Output.Size);
        Assert.Contains("resized from 40×36 to 36×32", Assert.Single(manifest.Notices), StringComparison.Ordinal);
        Assert.Contains("out/style.mp4", _place.Files);

        ProcessResult again = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out");
        Assert.StartsWith("Identical: 1 sample,", again.Output, StringComparison.Ordinal);
        Directory.Delete(_place["out"], recursive: true);
        await VgpnnProgram.ShellAsync(_place.Root, manifest.Command);
        Assert.Equal(manifest.Samples[0].FramesSha256, ManifestFile.Load(_place["out"]).Samples[0].FramesSha256);
    }

    [Theory]
    [InlineData("vgpnn: the content is missing\nhint: use vgpnn analogy CONTENT STYLE\n", "analogy")]
    [InlineData("vgpnn: the style is missing\nhint: use vgpnn analogy CONTENT STYLE\n", "analogy", "clip.mp4")]
    [InlineData("vgpnn: the style is missing\nhint: use vgpnn sketch SKETCH STYLE\n", "sketch", "clip.mp4")]
    [InlineData("vgpnn: unexpected argument 'c.mp4'\nhint: remove it, or quote names that contain spaces\n", "analogy", "clip.mp4", "b.mp4", "c.mp4")]
    public async Task Wrong_number_of_inputs_is_reported(string expected, params string[] arguments)
    {
        await TestClip.MakeAsync(_place);
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, arguments);
        Assert.Equal((2, expected), (refused.ExitCode, refused.Error));
    }

    [Theory]
    [InlineData("--bins", "1,5")]
    [InlineData("--bins", "5")]
    [InlineData("--flow-limit", "1.5")]
    [InlineData("--completeness", "0")]
    public async Task Value_out_of_range_is_reported(string option, string value)
    {
        await TestClip.MakeAsync(_place);
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, "analogy", "clip.mp4", "clip.mp4", option, value);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"{option} is '{value}', but must be", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_without_motion_is_rejected_before_writing()
    {
        await TestClip.MakeAsync(_place);
        ProcessResult made = await ChildProcess.RunAsync(
            "ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=gray:size=48x32:rate=10", "-frames:v", "5", _place["still.mp4"]], _place.Root);
        Assert.True(made.ExitCode == 0, made.Error);
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, "analogy", "still.mp4", "clip.mp4", "-o", "out", "--seed", "1");
        Assert.Equal(3, refused.ExitCode);
        Assert.EndsWith(
            "vgpnn: nothing moves in the content; an analogy takes its layout from motion\n"
                + "hint: use 'sketch', which takes the layout from grey values\n",
            refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_place.Files, f => f.StartsWith("out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Automatic_noise_is_recorded()
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "--noise", "auto", "--iterations", "1", "-o", "out");
        Assert.True(ManifestFile.Load(_place["out"]).Settings.NoiseAuto);
    }
}
