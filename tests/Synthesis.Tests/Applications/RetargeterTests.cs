using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Tests.Applications;

public class RetargeterTests
{
    private static readonly MethodOptions Quick = MethodOptions.For(Application.Retargeting) with { MinS = 15, Iterations = 2 };

    [Theory]
    [InlineData(1, 1, 0.5)]
    [InlineData(1, 1, 1.6)]
    [InlineData(1, 0.6, 1)]
    [InlineData(1, 1.5, 1)]
    [InlineData(0.5, 1, 1)]
    [InlineData(1.5, 1, 1)]
    [InlineData(0.6, 1.2, 0.7)]
    [InlineData(1.4, 0.4, 2.5)]
    public void Retargeting_to_any_scale_gives_its_size_on_any_number_of_threads(double t, double h, double w)
    {
        Clip clip = TestClip.Blobs(8, 40, 48);
        var retargeter = new Retargeter(clip, Quick with { Scale = new Scale(t, h, w) });
        Clip result = retargeter.Sample(1, 0, new Workers(1));
        Assert.Equal(
            new Extent((int)Math.Round(8 * t, MidpointRounding.AwayFromZero), (int)Math.Round(40 * h), (int)Math.Round(48 * w)), result.Extent);
        Assert.Equal(result.ContentHash(), retargeter.Sample(1, 0, new Workers(2)).ContentHash());
    }

    [Fact]
    public void Retargeting_to_a_size_equals_retargeting_to_its_scale()
    {
        Clip clip = TestClip.Blobs(7, 30, 37);
        MethodOptions bySize = Quick with { Size = new OutputSize(5, null, 23), Iterations = 1 };
        var retargeter = new Retargeter(clip, bySize);
        Clip result = retargeter.Sample(1, 0, new Workers(1));
        Assert.Equal(new Extent(5, 30, 23), result.Extent);

        // A manifest records this scale.
        MethodOptions byScale = Quick with { Scale = retargeter.Plan.OutputScale, Iterations = 1 };
        Assert.Equal(result.ContentHash(), new Retargeter(clip, byScale).Sample(1, 0, new Workers(1)).ContentHash());
    }

    [Fact]
    public void Retargeting_to_a_size_too_far_from_the_input_is_refused_with_the_range()
    {
        VgpnnException refused = Assert.Throws<VgpnnException>(
            () => new Retargeter(TestClip.Blobs(), Quick with { Size = new OutputSize(null, null, 500) }));
        Assert.Equal((ErrorKind.Usage, "size-out-of-range"), (refused.Kind, refused.Code));
        Assert.Contains("between a tenth and four times", refused.Hint, StringComparison.Ordinal);
    }

    /// <summary>With the input's own size every patch finds itself.</summary>
    [Fact]
    public void Retargeting_to_the_same_size_returns_the_input()
    {
        Clip clip = TestClip.Blobs(6, 40, 48);
        SampleScores scores = Score(clip, Scale.One);
        Assert.InRange(scores.Coherence, 0, 0.05);
        Assert.InRange(scores.Completeness!.Value, 0, 0.05);
    }

    /// <summary>Patches of the result are patches of the input; those of a stretched video are not.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(1.75)]
    public void Retargeting_keeps_the_shape_of_objects(double width)
    {
        Clip clip = TestClip.Blobs(6, 40, 64, seed: 3);
        Volume<byte> video = clip.ToBytes();
        Volume<byte> stretched = Resampler.Resize(
            video, video.Extent with { W = (int)(64 * width) }, new Scale(1, 1, width), new Workers(1));
        double naive = new Evaluator(clip, new Workers(1)).Add(Clip.FromVolume(stretched, clip.FrameRate)).Coherence;
        Assert.InRange(Score(clip, new Scale(1, 1, width)).Coherence, 0, naive / 3);
    }

    private static SampleScores Score(Clip clip, Scale scale)
    {
        Clip result = new Retargeter(clip, Quick with { Scale = scale }).Sample(1, 0, new Workers(2));
        return new Evaluator(clip, new Workers(2)).Add(result);
    }
}
