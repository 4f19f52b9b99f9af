using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis.Tests;

/// <summary>Samples woven of several clips.</summary>
public class SeveralClipsTests
{
    private static readonly MethodOptions Options = TestClip.Quick;

    /// <summary>Red only, and blue only: every patch shows where it is from.</summary>
    private static readonly Clip Red = OneChannel(TestClip.Blobs(6, 24, 30, seed: 1), 0), Blue = OneChannel(TestClip.Blobs(5, 24, 30, seed: 2), 2);

    [Fact]
    public void Samples_hold_both_clips_and_the_first_ones_layout_comes_first()
    {
        var generator = new Generator([Red, Blue], Options with { Noise = 1 });
        double[] red = [.. Enumerable.Range(0, 4).Select(i => RedShare(generator.Sample(2, i, new Workers(2))))];
        Assert.True(red[0] > red[1] && red[2] > red[3], string.Join(' ', red));
        Assert.Contains(Enumerable.Range(0, 6), i => RedShare(new Generator([Red, Blue], Options with { Noise = 5 }).Sample(2, i, new Workers(2))) is > 0.02 and < 0.98);
    }

    [Theory]
    [InlineData(Engine.Fast, SearchMethod.PatchMatch)]
    [InlineData(Engine.Fast, SearchMethod.JumpFlood)]
    [InlineData(Engine.Float, SearchMethod.Exhaustive)]
    public void No_patch_is_taken_across_a_joint(Engine engine, SearchMethod search)
    {
        // With one frame voted by patches of three, frames of the joint would mix colours of both clips' ends; as the clips
        // are black and white, a patch across the joint is the only one that changes.
        Clip black = Grey(5, 0), white = Grey(5, 255);
        Clip result = new Generator([black, white], Options with { Engine = engine, Search = search, Noise = 3 }).Sample(1, 0, new Workers(2));
        foreach (byte first in result.Frames[0].Distinct())
            for (int i = 0; i < result.Frames[0].Length; i++)
                if (result.Frames[0][i] == first) Assert.All(result.Frames, f => Assert.InRange(f[i], first - 1, first + 1));
    }

    [Fact]
    public void Clips_of_another_size_are_fitted_and_said_to_be()
    {
        Clip large = TestClip.Blobs(4, 60, 60, seed: 3).WithFrameRate(new FrameRate(10, 1));
        var generator = new Generator([Red, large], Options);
        Assert.Equal(
            [
                "clip 2 was resized from 60×60 to 30×24, the size of the first, and cropped evenly at two sides",
                "clip 2 has 10 frames a second, and is shown at the first one's 25",
            ],
            generator.Notices);
        Assert.Equal(new Extent(10, 24, 30), generator.Plan.Input);
        Assert.Equal(Red.Extent, generator.Sample(1, 1, new Workers(1)).Extent);
        Assert.Equal(generator.Sample(1, 1, new Workers(1)).ContentHash(), generator.Sample(1, 1, new Workers(2)).ContentHash());
    }

    [Fact]
    public void A_clip_that_is_too_short_is_refused_wherever_it_stands() =>
        Assert.Equal(
            "input-too-small",
            Assert.Throws<VgpnnException>(() => new Generator([Red, TestClip.Blobs(1)], Options)).Code);

    private static Clip OneChannel(Clip clip, int channel) => new(
        [.. clip.Frames.Select(f => f.Select((b, i) => i % 3 == channel ? (byte)Math.Max(b, (byte)64) : (byte)0).ToArray())],
        clip.Width, clip.Height, clip.FrameRate);

    private static Clip Grey(int frames, byte value) =>
        new([.. Enumerable.Range(0, frames).Select(_ => Enumerable.Repeat(value, 3 * 24 * 30).ToArray())], 30, 24, new FrameRate(25, 1));

    private static double RedShare(Clip clip)
    {
        double red = 0, blue = 0;
        foreach (byte[] frame in clip.Frames)
        {
            for (int i = 0; i < frame.Length; i += 3)
            {
                red += frame[i];
                blue += frame[i + 2];
            }
        }

        return red / (red + blue);
    }
}
