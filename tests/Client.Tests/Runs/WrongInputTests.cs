using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.Runs;

/// <summary>Invalid clips are rejected with a message by every command, before anything is written.</summary>
public sealed class WrongInputTests : IDisposable
{
    private const string TooShort = "one.mkv has only one frame";
    private const string TooSmall = "tiny.mkv is 6×6 pixels; the minimum is 8×8";

    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("generate one.mkv", 3, TooShort)]
    [InlineData("generate tiny.mkv", 3, TooSmall)]
    [InlineData("generate clip.mkv one.mkv", 3, TooShort)]
    [InlineData("generate one.mkv --loop", 3, TooShort)]
    [InlineData("generate clip.mkv --scale 0.1,1,1", 3, "the output would be 48×32 with 1 frame; the minimum is 2 frames of 8×8 pixels")]
    [InlineData("retarget one.mkv --frames 3", 3, TooShort)]
    [InlineData("retarget tiny.mkv --size 8x8", 3, TooSmall)]
    [InlineData("retarget clip.mkv --frames 25", 2, "48×32 with 25 frames is too far from the input, 48×32 with 6 frames")]
    [InlineData("retarget clip.mkv --size 8x200", 2, "8×200 with 6 frames is too far from the input, 48×32 with 6 frames")]
    [InlineData("analogy one.mkv clip.mkv", 3, TooShort)]
    [InlineData("analogy clip.mkv one.mkv", 3, TooShort)]
    [InlineData("analogy clip.mkv tiny.mkv", 3, TooSmall)]
    [InlineData("analogy clip.mkv missing.mkv", 3, "missing.mkv")]
    [InlineData("sketch one.mkv clip.mkv", 3, TooShort)]
    [InlineData("sketch clip.mkv tiny.mkv", 3, TooSmall)]
    [InlineData("inpaint one.mkv --mask one.mkv", 3, TooShort)]
    [InlineData("inpaint clip.mkv --mask five.mkv", 3, "the mask has 5 frames, but the video has 6")]
    [InlineData("inpaint clip.mkv --mask tiny.mkv", 3, TooSmall)]
    [InlineData("inpaint clip.mkv --mask mask.png --source one.mkv", 3, TooShort)]
    [InlineData("inpaint clip.mkv --mask mask.png --source tiny.mkv", 3, TooSmall)]
    [InlineData("evaluate clip.mkv tiny.mkv", 3, TooSmall)]
    [InlineData("evaluate clip.mkv clip.mkv --mask five.mkv", 3, "the mask has 5 frames, but the video has 6")]
    [InlineData("evaluate clip.mkv five.mkv --mask mask.png", 3, "the sample is 5×32×48 (frames × rows × columns), but it must have the size of its input, 6×32×48")]
    [InlineData("evaluate clip.mkv five.mkv --content clip.mkv", 3, "the sample is 5×32×48 (frames × rows × columns), but it must have the size of its input, 6×32×48")]
    [InlineData("evaluate clip.mkv clip.mkv --mask mask.png --sketch clip.mkv", 2, "--mask and --sketch belong to different applications")]
    [InlineData("evaluate clip.mkv clip.mkv --mask black.png", 3, "the mask is empty; only pixels inside it would be compared")]
    public async Task Invalid_clips_are_rejected_before_writing(string command, int exitCode, string sentence)
    {
        await MakeAsync("clip.mkv", 6, "48x32");
        await MakeAsync("one.mkv", 1, "48x32");
        await MakeAsync("five.mkv", 5, "48x32");
        await MakeAsync("tiny.mkv", 6, "6x6");
        await TestClip.MakeMaskAsync(_place, "mask.png");
        await TestClip.MakeMaskAsync(_place, "black.png", "black");
        IReadOnlyList<string> before = _place.Files;

        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, command.Split(' '));

        Assert.Equal(exitCode, refused.ExitCode);
        Assert.StartsWith("vgpnn: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains(sentence, refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
        Assert.Equal(before, _place.Files);
    }

    private async Task MakeAsync(string name, int frames, string size)
    {
        ProcessResult made = await ChildProcess.RunAsync(
            "ffmpeg",
            ["-nostdin", "-v", "error", "-f", "lavfi", "-i", $"testsrc=size={size}:rate=10,scroll=horizontal=0.05", "-frames:v", $"{frames}", "-c:v", "ffv1", _place[name]],
            _place.Root);
        Assert.True(made.ExitCode == 0, made.Error);
    }
}
