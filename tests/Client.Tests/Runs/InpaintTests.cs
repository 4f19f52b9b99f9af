using Vgpnn.Client.Tests.Support;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Tests.Runs;

public sealed class InpaintTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("mask.png")]
    [InlineData("mask.mkv")]
    public async Task Only_the_masked_region_changes_and_the_run_is_repeatable(string mask)
    {
        await MakeAsync(mask);
        await VgpnnProgram.SucceedAsync(
            _place.Root, "inpaint", "clip.mp4", "--mask", mask, "-o", "out", "--format", "png", "--iterations", "1", "--cue", "none");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal([InputRole.Input, InputRole.Mask], manifest.Inputs.Select(i => i.Role));
        Assert.Equal((Application.Inpainting, Cue.None, false), (manifest.Settings.Application, manifest.Settings.Read().Method.Cue, manifest.Settings.Read().Method.InvertMask));
        Assert.Contains("out/mask.mp4", _place.Files);

        Clip before = (await ClipReader.ReadAsync(_place["clip.mp4"])).Clip, after = (await ClipReader.ReadAsync(_place["out/sample-0000"])).Clip;
        int changed = 0;
        for (int t = 0; t < before.Frames.Count; t++)
        {
            for (int i = 0; i < before.Frames[t].Length; i++)
            {
                int h = i / 3 / 48, w = i / 3 % 48;
                bool inside = h is >= 8 and < 18 && w is >= 10 and < 24;
                if (!inside) Assert.Equal(before.Frames[t][i], after.Frames[t][i]);
                else if (before.Frames[t][i] != after.Frames[t][i]) changed++;
            }
        }

        Assert.True(changed > 0);
        ProcessResult again = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out");
        Assert.StartsWith("Identical: 1 sample,", again.Output, StringComparison.Ordinal);
        Directory.Delete(_place["out"], recursive: true);
        await VgpnnProgram.ShellAsync(_place.Root, manifest.Command);
        Assert.Equal(manifest.Samples[0].FramesSha256, ManifestFile.Load(_place["out"]).Samples[0].FramesSha256);
    }

    [Fact]
    public async Task Patches_come_from_the_source_video_if_given()
    {
        await MakeAsync("mask.png");
        await TestClip.MakeAsync(_place, "other.mp4", frames: 4, width: 40, height: 36);
        await VgpnnProgram.SucceedAsync(
            _place.Root, "inpaint", "clip.mp4", "--mask", "mask.png", "--source", "other.mp4", "--invert-mask", "-o", "out", "--iterations", "1");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal([InputRole.Input, InputRole.Mask, InputRole.Source], manifest.Inputs.Select(i => i.Role));
        await VgpnnProgram.SucceedAsync(
            _place.Root, "repeat", "out", "--input", "clip.mp4", "--input", "mask.png", "--input", "other.mp4");
        ProcessResult wrong = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out", "--input", "clip.mp4", "-o", "again");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("in this order: clip.mp4 (input), mask.png (mask), other.mp4 (source)", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_mask_is_noted()
    {
        await MakeAsync("mask.png", "black");
        ProcessResult result = await VgpnnProgram.SucceedAsync(_place.Root, "inpaint", "clip.mp4", "--mask", "mask.png", "-o", "out");
        Assert.Contains("note: the mask is empty: the output equals the input", result.Error, StringComparison.Ordinal);
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal(manifest.Inputs[0].FramesSha256, manifest.Samples[0].FramesSha256);
    }

    [Fact]
    public async Task Mask_of_wrong_size_or_length_or_full_mask_is_rejected()
    {
        await MakeAsync("mask.png", "white");
        await TestClip.MakeAsync(_place, "small.mp4", frames: 6, width: 32, height: 32);
        await TestClip.MakeAsync(_place, "short.mp4", frames: 5);
        Assert.Equal(
            "vgpnn: every patch of the video touches the mask\n"
                + "hint: take patches from another clip (--source CLIP), or swap black and white (--invert-mask)\n",
            await RefusedAsync(3, "--mask", "mask.png"));
        Assert.Equal(
            "vgpnn: the mask is 32×32, but the video is 48×32\nhint: draw the mask on a frame of the video\n", await RefusedAsync(3, "--mask", "small.mp4"));
        Assert.Equal(
            "vgpnn: the mask has 5 frames, but the video has 6\nhint: use one picture for all frames, or a video with the same number of frames\n",
            await RefusedAsync(3, "--mask", "short.mp4"));
        Assert.Equal(
            "vgpnn: --mask is missing\nhint: use --mask PATH with an image or a video that is white where to fill\n", await RefusedAsync(2));
    }

    private async Task<string> RefusedAsync(int code, params string[] options)
    {
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, ["inpaint", "clip.mp4", .. options, "-o", "out"]);
        Assert.Equal(code, refused.ExitCode);
        Assert.DoesNotContain(_place.Files, f => f.StartsWith("out", StringComparison.Ordinal));
        return refused.Error;
    }

    private async Task MakeAsync(string mask, string? colour = null)
    {
        await TestClip.MakeAsync(_place);
        await TestClip.MakeMaskAsync(_place, mask, colour);
    }
}
