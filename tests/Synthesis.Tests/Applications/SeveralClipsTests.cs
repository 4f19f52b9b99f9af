using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends.Cpu;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Tests.Applications;

/// <summary>Samples that mix several clips.</summary>
public class SeveralClipsTests
{
    private static readonly MethodOptions Options = TestClip.Quick;

    /// <summary>Red only, and blue only, so that every patch shows its clip.</summary>
    private static readonly Clip Red = OneChannel(TestClip.Blobs(6, 24, 30, seed: 1), 0), Blue = OneChannel(TestClip.Blobs(5, 24, 30, seed: 2), 2);

    [Fact]
    public void Samples_of_two_clips_contain_both_at_separate_positions()
    {
        Clip red1 = OneChannel(TestClip.Blobs(5, 24, 110, seed: 1), 0), blue1 = OneChannel(TestClip.Blobs(4, 24, 110, seed: 2), 2);
        var generator = new Generator([red1, blue1], Options with { Noise = 5, Patch = new Extent(3, 5, 5) });
        double[] red = [.. Enumerable.Range(0, 6).Select(i => RedShare(generator.Sample(2, i, new Workers(2))))];
        Assert.Contains(red, share => share is > 0.1 and < 0.9);
        Assert.True(red.Distinct().Count() > 1);
    }

    /// <summary>
    /// The query equals the frames across the joint. No patch there may be used, and no other contains the last frame of one clip and the first of the next,
    /// so the query cannot be reproduced.
    /// </summary>
    [Theory]
    [InlineData(SearchMethod.PatchMatch)]
    [InlineData(SearchMethod.JumpFlood)]
    [InlineData(SearchMethod.Exhaustive)]
    public void No_patch_is_taken_across_a_joint_between_clips(SearchMethod search)
    {
        Clip black = Grey(5, 0), white = Grey(5, 255);
        var generator = new Generator([black, white], Options);
        var pyramid = new InputPyramid<byte>([black.ToBytes(), white.ToBytes()], generator.Plan.Levels);
        LevelPlan level = generator.Plan.Levels[0];
        Volume<byte> joined = pyramid.Level(0, new Workers(1)), output = joined.Clone();
        float[] weights = pyramid.KeyWeights(level)!;
        Volume<byte>? blurred = null;
        LevelPlan same = level with { Output = joined.Extent, Query = joined.Extent, Iterations = 1 };
        LayerTiming timing = new VpnnLayer<byte>(Options with { Search = search }, Canvas.Plain)
            .Run(same, output, ref blurred, joined, weights, seed: 1, new Workers(2));

        // The two patches of three frames across the joint have an error of a third; all others have an error of 0.
        Assert.Equal(2.0 / 8 / 3 * level.Patch.Count * 3 * 4, timing.MeanDistance, 1e-3);
    }

    [Fact]
    public void Only_patches_across_a_joint_are_excluded_at_every_level()
    {
        Clip[] clips = [TestClip.Blobs(9), TestClip.Blobs(4), TestClip.Blobs(12)];
        PyramidPlan plan = new Generator(clips, Options).Plan;
        var pyramid = new InputPyramid<byte>([.. clips.Select(c => c.ToBytes())], plan.Levels);
        foreach (LevelPlan level in plan.Levels)
        {
            int[] owner = [.. clips.SelectMany((c, i) => Enumerable.Repeat(i, PyramidPlanner.Scaled(c.Extent, level.Scale).T))];
            Assert.Equal(level.Input.T, owner.Length);
            Assert.Equal(level.Input, pyramid.Level(level.Index, new Workers(1)).Extent);
            float[] weights = pyramid.KeyWeights(level)!;
            Extent grid = level.KeyGrid;
            for (int i = 0; i < weights.Length; i++)
            {
                int t = i / (grid.H * grid.W);
                Assert.Equal(owner[t] == owner[t + level.Patch.T - 1] ? 1 : float.PositiveInfinity, weights[i]);
            }
        }
    }

    [Fact]
    public void Clips_of_another_size_are_resized_with_a_notice()
    {
        Clip large = TestClip.Blobs(4, 60, 60, seed: 3).WithFrameRate(new FrameRate(10, 1));
        var generator = new Generator([Red, large], Options);
        Assert.Equal(
            [
                "clip 2 was resized from 60×60 to 30×24, the size of clip 1, and cropped equally on two sides",
                "clip 2 has 10 frames per second, and is used at the 25 of clip 1",
            ],
            generator.Notices);
        Assert.Equal(new Extent(10, 24, 30), generator.Plan.Input);
        Assert.Equal(Red.Extent, generator.Sample(1, 1, new Workers(1)).Extent);
        Assert.Equal(generator.Sample(1, 1, new Workers(1)).ContentHash(), generator.Sample(1, 1, new Workers(2)).ContentHash());
    }

    [Fact]
    public void Clip_that_is_too_short_is_refused_at_any_position() =>
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
