using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Tests.Evaluation;

/// <summary>Scores of masks, loops, several clips, analogies and sketches.</summary>
public class EveryApplicationScoresTests
{
    private static readonly Clip Input = TestClip.Blobs(8, 40, 48);

    [Fact]
    public void Inside_of_a_mask_is_compared_with_its_outside_only()
    {
        Clip mask = Masked(Input, (_, inside) => (byte)(inside ? 255 : 0));
        Evaluator evaluator = Inpainted(Input, mask);
        SampleScores same = evaluator.Add(Input), painted = evaluator.Add(Masked(Input, (b, inside) => inside ? (byte)255 : b));
        Assert.True(same.Coherence > 0, "the input's own inside must be no candidate");
        Assert.True(painted.Coherence > same.Coherence);
        Assert.Equal((0.0, 0.0), (same.Outside, painted.Outside));
        Assert.Null(same.Completeness);
        Assert.Null(same.NnfDiversity);
    }

    [Fact]
    public void Changes_outside_the_mask_are_measured_in_grey_levels()
    {
        Clip dark = Map(Input, (_, _) => 100), mask = Masked(Input, (_, inside) => (byte)(inside ? 255 : 0));
        Assert.Equal(3, Inpainted(dark, mask).Add(Map(Input, (_, _) => 103)).Outside);
    }

    [Fact]
    public void Several_clips_are_scored_as_one_source_without_patches_across_their_joint()
    {
        Clip other = TestClip.Blobs(5, 40, 48, seed: 2);
        var evaluator = new Evaluator([new(InputRole.Input, Input), new(InputRole.Input, other)], new MethodOptions(), new Workers(2));
        SampleScores first = evaluator.Add(Input), second = evaluator.Add(other);
        Assert.Equal((0.0, 0.0), (first.Coherence, second.Coherence));
        Assert.True(first.Completeness > 0);

        // Half of one clip and half of the other: only the frames at the cut are from neither.
        Clip cut = new([.. Input.Frames.TakeLast(4), .. other.Frames.Take(4)], 48, 40, Input.FrameRate);
        SampleScores scores = evaluator.Add(cut);
        Assert.True(scores.Coherence > 0);
        Assert.Equal(0, new Evaluator(new Clip([.. Input.Frames, .. other.Frames], 48, 40, Input.FrameRate), new Workers(2)).Add(cut).Coherence);
    }

    [Fact]
    public void Seam_is_measured_relative_to_the_largest_other_change()
    {
        // Steps of 10, 20 and 10, and back by 40.
        byte[] greys = [0, 10, 30, 40];
        Clip steps = new([.. greys.Select(g => Enumerable.Repeat(g, 3 * 40 * 48).ToArray())], 48, 40, Input.FrameRate);
        var loops = new Evaluator([new(InputRole.Input, Input)], new MethodOptions { Loop = true }, new Workers(1));
        Assert.Equal(2, loops.Add(steps).Seam!.Value, 5);
        Assert.Null(new Evaluator(Input, new Workers(1)).Add(steps).Seam);
    }

    [Theory]
    [InlineData(Application.Analogy)]
    [InlineData(Application.Sketch)]
    public void Structure_score_distinguishes_samples_that_follow_the_content(Application application)
    {
        // A dark disc on a light background moves to the right; the other one moves down elsewhere. Of a disc as large as this mostly its rim has contrast.
        Clip content = Disc((t, h, w) => Near(h - 14, w - 10 - (3 * t))), other = Disc((t, h, w) => Near(h - 22 - t, w - 52));
        InputRole role = application == Application.Sketch ? InputRole.Sketch : InputRole.Content;
        var evaluator = new Evaluator([new(role, content), new(InputRole.Style, other)], MethodOptions.For(application), new Workers(2));
        double follows = evaluator.Add(content).Structure!.Value, strays = evaluator.Add(other).Structure!.Value;
        Assert.InRange(follows, application == Application.Analogy ? 0.999 : 0.3, 1);
        Assert.InRange(strays, -1, 0.2);
    }

    private static bool Near(int h, int w) => (h * h) + (w * w) < 36;

    private static Clip Disc(Func<int, int, int, bool> inside) => new(
        [.. Enumerable.Range(0, 8).Select(t => Enumerable.Range(0, 3 * 40 * 64).Select(i => (byte)(inside(t, i / 3 / 64, i / 3 % 64) ? 30 + (i / 3 % 7) : 220)).ToArray())],
        64, 40, Input.FrameRate);

    private static Evaluator Inpainted(Clip video, Clip mask) =>
        new([new(InputRole.Input, video), new(InputRole.Mask, mask)], MethodOptions.For(Application.Inpainting), new Workers(2));

    private static Clip Masked(Clip like, Func<byte, bool, byte> value) =>
        Map(like, (b, i) => value(b, i / 3 / 48 is >= 12 and < 24 && i / 3 % 48 is >= 16 and < 30));

    private static Clip Map(Clip like, Func<byte, int, byte> value) => new(
        [.. like.Frames.Select(f => f.Select((b, i) => value(b, i)).ToArray())], like.Width, like.Height, like.FrameRate);
}
