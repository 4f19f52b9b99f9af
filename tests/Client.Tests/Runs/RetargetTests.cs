using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Tests.Runs;

public sealed class RetargetTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("--size", "24x40", 6, 40, 24)]
    [InlineData("--frames", "9", 9, 32, 48)]
    [InlineData("--scale", "0.5,1,1.5", 3, 32, 72)]
    public async Task Result_has_the_requested_size_and_is_repeatable(string option, string value, int frames, int height, int width)
    {
        await TestClip.MakeAsync(_place, frames: 6);
        await VgpnnProgram.SucceedAsync(_place.Root, "retarget", "clip.mp4", option, value, "--iterations", "1");
        RunManifest manifest = ManifestFile.Load(_place["clip-retargeted"]);
        Assert.Equal((Application.Retargeting, 1), (manifest.Settings.Application, manifest.Samples.Count));
        Assert.Equal(new ManifestSize(frames, height, width), manifest.Output.Size);
        ProcessResult again = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "clip-retargeted");
        Assert.StartsWith("Identical: 1 sample,", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recorded_command_line_makes_identical_frames()
    {
        await TestClip.MakeAsync(_place, frames: 6);
        await VgpnnProgram.SucceedAsync(_place.Root, "retarget", "clip.mp4", "--size", "31x33", "--frames", "5", "--input-frames", "2..6", "-o", "out");
        RunManifest before = ManifestFile.Load(_place["out"]);
        Directory.Delete(_place["out"], recursive: true);
        await VgpnnProgram.ShellAsync(_place.Root, before.Command);
        Assert.Equal(before.Samples[0].FramesSha256, ManifestFile.Load(_place["out"]).Samples[0].FramesSha256);
    }

    [Theory]
    [InlineData("vgpnn: no target size given\nhint: use --size WxH, --frames N, or both, or --scale T,H,W\n")]
    [InlineData("vgpnn: --scale cannot be combined with --size or --frames\nhint: use --scale alone, or leave it out\n", "--scale", "1,1,2", "--frames", "5")]
    [InlineData("vgpnn: --frames is '2..5', but must be an integer from 2 to 10,000\nhint: see vgpnn retarget --help\n", "--frames", "2..5")]
    [InlineData("vgpnn: --size is '24', but must be WxH, each an integer from 8 to 8,192, such as 320x180\nhint: see vgpnn retarget --help\n", "--size", "24")]
    [InlineData("vgpnn: 480×32 with 6 frames is too far from the input, 48×32 with 6 frames\nhint: use a width, height and number of frames between a tenth and four times the input's\n", "--size", "480x32")]
    public async Task Invalid_size_is_rejected_with_a_hint(string error, params string[] options)
    {
        await TestClip.MakeAsync(_place, frames: 6);
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, ["retarget", "clip.mp4", .. options]);
        Assert.Equal((2, error), (refused.ExitCode, refused.Error));
        Assert.Equal(["clip.mp4"], _place.Files);
    }

    [Fact]
    public async Task Error_for_a_long_video_suggests_a_frame_range()
    {
        await TestClip.MakeAsync(_place, frames: 3001, width: 16, height: 16);
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, "retarget", "clip.mp4", "--frames", "5");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("hint: choose a part: --input-frames 1..3000\n", refused.Error, StringComparison.Ordinal);
        Assert.Contains(
            "hint: choose a part: --frames 1..3000\n", (await VgpnnProgram.RunAsync(_place.Root, "generate", "clip.mp4")).Error, StringComparison.Ordinal);
    }
}
