using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Tests.Applications;

public class InpainterTests
{
    private static readonly Clip Video = TestClip.Blobs(8, 40, 48, seed: 4);

    private static readonly MethodOptions Quick = MethodOptions.For(Application.Inpainting) with { MinS = 15, Iterations = 2 };

    public static TheoryData<Engine, Cue, SearchMethod> Kinds => new()
    {
        { Engine.Fast, Cue.Paint, SearchMethod.PatchMatch },
        { Engine.Fast, Cue.None, SearchMethod.JumpFlood },
        { Engine.Float, Cue.Paint, SearchMethod.Exhaustive },
        { Engine.Float, Cue.None, SearchMethod.PatchMatch },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inpainting_keeps_every_bit_outside_the_mask_and_no_paint_inside_it(Engine engine, Cue cue, SearchMethod search)
    {
        Clip mask = Rectangle(1, 10, 20, 12, 24), painted = Painted(Video, mask);
        var inpainter = new Inpainter(painted, mask, null, Quick with { Engine = engine, Cue = cue, Search = search });
        Clip result = inpainter.Sample(1, 0, new Workers(1));
        Assert.Equal(result.ContentHash(), inpainter.Sample(1, 0, new Workers(3)).ContentHash());
        ForEachPixel(result, mask, (t, at, masked) =>
        {
            ReadOnlySpan<byte> before = painted.Frames[t].AsSpan(at, 3), after = result.Frames[t].AsSpan(at, 3);
            if (masked) Assert.False(after is [255, 0, 255], "the paint is still there");
            else Assert.Equal(before, after);
        });
    }

    [Theory]
    [InlineData(7, 37, 45)]
    [InlineData(3, 23, 51)]
    [InlineData(2, 41, 29)]
    public void Inpainting_keeps_every_bit_outside_a_moving_mask_at_any_size(int frames, int height, int width)
    {
        Clip video = TestClip.Blobs(frames, height, width, seed: 7);
        byte[][] white = [.. Enumerable.Range(0, frames).Select(t =>
        {
            var pixels = new byte[3 * height * width];
            for (int h = 5 + t; h < 12 + t; h++) pixels.AsSpan(3 * ((h * width) + 3 + (2 * t)), 3 * 9).Fill(255);
            return pixels;
        })];
        Clip result = new Inpainter(video, new Clip(white, width, height, video.FrameRate), null, Quick with { Cue = Cue.None }).Sample(1, 0, new Workers(2));
        for (int t = 0; t < frames; t++)
            for (int i = 0; i < white[t].Length; i++)
                if (white[t][i] == 0) Assert.Equal(video.Frames[t][i], result.Frames[t][i]);
    }

    /// <summary>Painted content is restored from other frames, in which it is visible.</summary>
    [Fact]
    public void Hole_in_a_repeating_pattern_is_filled_with_the_pattern()
    {
        Clip stripes = Stripes(8, 40, 48);
        Clip mask = Rectangle(1, 14, 26, 16, 30);
        Clip result = new Inpainter(Painted(stripes, mask), mask, null, Quick with { Cue = Cue.None }).Sample(1, 0, new Workers(2));
        double error = 0;
        int count = 0;
        ForEachPixel(result, mask, (t, at, masked) =>
        {
            if (!masked) return;
            for (int c = 0; c < 3; c++) error += Math.Abs(result.Frames[t][at + c] - stripes.Frames[t][at + c]);
            count += 3;
        });
        Assert.InRange(error / count, 0, 12);
    }

    [Fact]
    public void Search_is_limited_to_a_box_around_a_moving_mask()
    {
        byte[][] frames = [.. Enumerable.Range(0, 8).Select(t => Rectangle(1, 10, 16, 4 + (2 * t), 12 + (2 * t)).Frames[0])];
        var mask = new Clip(frames, 48, 40, Video.FrameRate);
        var inpainter = new Inpainter(Painted(Video, mask), mask, null, Quick);
        Clip result = inpainter.Sample(1, 0, new Workers(2));
        Clip painted = Painted(Video, mask);
        for (int t = 0; t < 8; t++)
            for (int i = 0; i < painted.Frames[t].Length; i++)
                if (mask.Frames[t][i] == 0) Assert.Equal(painted.Frames[t][i], result.Frames[t][i]);
        LevelPlan finest = inpainter.Plan.Levels[0];
        Assert.Equal(new Extent(8, 18, 32), finest.Query);
        Assert.True(inpainter.Plan.PatchEvaluations < PyramidPlanner.Plan(Video.Extent, Quick).PatchEvaluations);
    }

    [Fact]
    public void Source_clip_fills_a_mask_that_covers_the_whole_video()
    {
        // Multiples of 8 identify values of the source.
        Clip coarse = TestClip.Blobs(6, 32, 36, seed: 9);
        byte[][] steps = [.. coarse.Frames.Select(f => f.Select(b => (byte)(b / 8 * 8)).ToArray())];
        var source = new Clip(steps, 36, 32, coarse.FrameRate);
        Clip everything = Rectangle(1, 0, 40, 0, 48);
        Clip result = new Inpainter(Video, everything, source, Quick).Sample(1, 0, new Workers(2));
        Assert.Equal(Video.Extent, result.Extent);
        Assert.All(result.Frames, f => Assert.All(f, b => Assert.Equal(0, b % 8)));
    }

    [Fact]
    public void Empty_mask_returns_the_video_unchanged_with_a_notice()
    {
        Clip nothing = Rectangle(1, 0, 0, 0, 0);
        var inpainter = new Inpainter(Video, nothing, null, Quick);
        Assert.Equal(Video.ContentHash(), inpainter.Sample(1, 0, new Workers(1)).ContentHash());
        Assert.Equal(["the mask is empty: the output equals the input"], inpainter.Notices);
        Assert.Equal(
            new Inpainter(Video, Rectangle(1, 5, 9, 5, 9), null, Quick).Sample(1, 0, new Workers(1)).ContentHash(),
            new Inpainter(Video, Inverted(Rectangle(1, 5, 9, 5, 9)), null, Quick with { InvertMask = true }).Sample(1, 0, new Workers(1)).ContentHash());
    }

    [Fact]
    public void Soft_mask_is_thresholded_at_middle_grey_with_a_notice()
    {
        byte[] pixels = Rectangle(1, 10, 20, 12, 24).Frames[0];
        byte[] soft = [.. pixels.Select((p, i) => i / 3 % 48 == 11 ? (byte)100 : i / 3 % 48 == 12 && p == 255 ? (byte)150 : p)];
        var inpainter = new Inpainter(Video, new Clip([soft], 48, 40, Video.FrameRate), null, Quick);
        Assert.Contains("neither black nor white", Assert.Single(inpainter.Notices), StringComparison.Ordinal);
        Assert.Equal(
            new Inpainter(Video, new Clip([pixels], 48, 40, Video.FrameRate), null, Quick).Sample(1, 0, new Workers(1)).ContentHash(),
            inpainter.Sample(1, 0, new Workers(1)).ContentHash());
    }

    [Theory]
    [InlineData(1, 40, 47, "mask-size")]
    [InlineData(1, 41, 48, "mask-size")]
    [InlineData(3, 40, 48, "mask-length")]
    [InlineData(8, 40, 48, "mask-everywhere")]
    public void Masks_of_another_size_or_length_are_refused(int frames, int height, int width, string code)
    {
        byte[][] white = [.. Enumerable.Range(0, frames).Select(_ => Enumerable.Repeat((byte)255, 3 * height * width).ToArray())];
        VgpnnException refused = Assert.Throws<VgpnnException>(
            () => new Inpainter(Video, new Clip(white, width, height, Video.FrameRate), null, Quick));
        Assert.Equal((ErrorKind.Input, code), (refused.Kind, refused.Code));
    }

    /// <summary>If every patch of the coarsest levels touches the mask, the run begins at a finer one.</summary>
    [Fact]
    public void Large_mask_removes_coarse_levels_but_the_run_succeeds()
    {
        Clip mask = Rectangle(1, 9, 40, 0, 48);
        var inpainter = new Inpainter(Painted(Video, mask), mask, null, Quick);
        Assert.InRange(inpainter.Plan.Levels.Count, 1, PyramidPlanner.Plan(Video.Extent, Quick).Levels.Count - 1);
        Assert.Equal(Video.Extent, inpainter.Sample(1, 0, new Workers(1)).Extent);
    }

    private static Clip Rectangle(int frames, int top, int bottom, int left, int right)
    {
        var pixels = new byte[3 * 40 * 48];
        for (int h = top; h < bottom; h++) pixels.AsSpan(3 * ((h * 48) + left), 3 * (right - left)).Fill(255);
        return new Clip([.. Enumerable.Repeat(pixels, frames)], 48, 40, Video.FrameRate);
    }

    private static Clip Inverted(Clip mask) =>
        new([.. mask.Frames.Select(f => f.Select(b => (byte)(255 - b)).ToArray())], mask.Width, mask.Height, mask.FrameRate);

    // Magenta, which no test clip contains.
    private static Clip Painted(Clip video, Clip mask)
    {
        byte[][] frames = [.. video.Frames.Select(f => (byte[])f.Clone())];
        for (int t = 0; t < frames.Length; t++)
            for (int i = 0; i < frames[t].Length; i++)
                if (mask.Frames[t % mask.Frames.Count][i] != 0) frames[t][i] = (byte)(i % 3 == 1 ? 0 : 255);
        return new Clip(frames, video.Width, video.Height, video.FrameRate);
    }

    private static Clip Stripes(int frames, int height, int width)
    {
        var pixels = new byte[frames][];
        for (int t = 0; t < frames; t++)
        {
            pixels[t] = new byte[3 * height * width];
            for (int i = 0; i < pixels[t].Length; i++)
                pixels[t][i] = (byte)(128 + (90 * Math.Sin(((i / 3 % width) + t) * Math.PI / 6)));
        }

        return new Clip(pixels, width, height, new FrameRate(25, 1));
    }

    private static void ForEachPixel(Clip clip, Clip mask, Action<int, int, bool> visit)
    {
        for (int t = 0; t < clip.Frames.Count; t++)
            for (int at = 0; at < clip.Frames[t].Length; at += 3)
                visit(t, at, mask.Frames[t % mask.Frames.Count][at] != 0);
    }
}
