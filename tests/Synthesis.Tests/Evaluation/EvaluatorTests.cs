using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Evaluation;

namespace Vgpnn.Synthesis.Tests.Evaluation;

public class EvaluatorTests
{
    private static readonly Clip Input = TestClip.Blobs(8, 40, 48);

    [Fact]
    public void Input_scored_against_itself_is_a_perfect_copy()
    {
        SampleScores scores = Score(Input, Input);
        Assert.Equal(new SampleScores(0, 0, 1, 1, 1, scores.NnfDiversity, 1, scores.FrechetPatchDistance), scores);
        Assert.InRange(scores.FrechetPatchDistance!.Value, 0, 1e-9);
        Assert.InRange(scores.NnfDiversity!.Value, 0, 0.2);
    }

    [Fact]
    public void Part_of_the_input_is_coherent_but_not_complete()
    {
        SampleScores first = Score(Input, new Clip([.. Input.Frames.Take(4)], Input.Width, Input.Height, Input.FrameRate));
        Assert.Equal(0, first.Coherence);
        Assert.True(first.Completeness > 0);
        Assert.Equal(1, first.CopiedFrames);
    }

    [Fact]
    public void Noise_scores_as_incoherent_flickering_and_disordered()
    {
        SampleScores noise = Score(Input, TestClip.Noise(8, 40, 48)), blobs = Score(Input, TestClip.Blobs(8, 40, 48, seed: 2));
        Assert.True(noise.Coherence > blobs.Coherence);
        Assert.True(noise.NnfDiversity > Score(Input, Input).NnfDiversity);
        Assert.True(noise.Flicker > 1);
        Assert.True(noise.Sharpness > 1);
        Assert.Equal(0, noise.CopiedFrames);
    }

    [Fact]
    public void Blurred_sample_is_less_sharp_than_its_matches()
    {
        Clip texture = TestClip.Noise(4, 30, 30);
        Clip blurred = Map(texture, (t, i) => (byte)((texture.Frames[t][i] + 127) / 2));
        Assert.InRange(Score(texture, blurred).Sharpness!.Value, 0.4, 0.7);
    }

    [Fact]
    public void Half_the_motion_is_half_the_frame_difference()
    {
        // Grey levels rise by 4 per frame in the input, by 2 in the sample.
        Clip Rising(int step) => Map(Input, (t, _) => (byte)(100 + (t * step)));
        SampleScores scores = Score(Rising(4), Rising(2));
        Assert.Equal(0.5, scores.FrameDifference!.Value, 3);
        Assert.Null(scores.Sharpness);
    }

    [Fact]
    public void Scores_do_not_depend_on_threads()
    {
        Clip sample = TestClip.Blobs(8, 40, 48, seed: 3);
        Assert.Equal(Score(Input, sample, 1), Score(Input, sample, 3));
    }

    [Fact]
    public void Diversity_is_the_deviation_of_samples_over_that_of_the_input()
    {
        // Every voxel is 50 in one sample and 150 in the other: its deviation is 50. The input's voxels are 0 or 200: 100.
        Clip input = Map(Input, (_, i) => (byte)(i / 3 % 2 * 200));
        var evaluator = new Evaluator(input, new Workers(1));
        evaluator.Add(Map(Input, (_, _) => 50));
        Assert.Null(evaluator.Diversity());
        evaluator.Add(Map(Input, (_, _) => 150));
        Assert.Equal(0.5, evaluator.Diversity()!.Value, 3);
    }

    [Fact]
    public void Samples_of_another_size_have_no_scores_that_need_equal_sizes()
    {
        var evaluator = new Evaluator(Input, new Workers(2));
        Clip other = TestClip.Blobs(5, 30, 50, seed: 2);
        SampleScores scores = evaluator.Add(other);
        evaluator.Add(other);
        Assert.True(scores.Coherence > 0);
        Assert.Null(scores.CopiedFrames);
        Assert.Equal(0, evaluator.Diversity());
        evaluator.Add(TestClip.Blobs(6, 30, 50, seed: 2));
        Assert.Null(evaluator.Diversity());
    }

    [Theory]
    [InlineData(2, 40, 48)]
    [InlineData(8, 6, 48)]
    public void Clips_smaller_than_a_patch_are_refused(int frames, int height, int width)
    {
        Clip small = TestClip.Noise(frames, height, width);
        Assert.Equal(ErrorKind.Input, Assert.Throws<VgpnnException>(() => new Evaluator(small, new Workers(1))).Kind);
        Assert.Equal("too-small-to-evaluate", Assert.Throws<VgpnnException>(() => Score(Input, small)).Code);
    }

    private static SampleScores Score(Clip input, Clip sample, int threads = 2) => new Evaluator(input, new Workers(threads)).Add(sample);

    private static Clip Map(Clip like, Func<int, int, byte> value) => new(
        [.. like.Frames.Select((f, t) => f.Select((_, i) => value(t, i)).ToArray())], like.Width, like.Height, like.FrameRate);
}
