using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Evaluation;

public class SvfidTests
{
    private static readonly Clip Input = TestClip.Blobs(6, 16, 20), Other = TestClip.Blobs(6, 16, 20, seed: 2);
    private static readonly Workers Workers = new(2);

    public static TheoryData<C3dLayer, SvfidVariant> Readings => new()
    {
        { C3dLayer.Conv1, SvfidVariant.Positions }, { C3dLayer.Conv1, SvfidVariant.Video }, { C3dLayer.Pool1, SvfidVariant.Positions },
        { C3dLayer.Conv2, SvfidVariant.Video }, { C3dLayer.Pool2, SvfidVariant.Positions }, { C3dLayer.Conv3a, SvfidVariant.Positions },
    };

    [Theory]
    [MemberData(nameof(Readings))]
    public void Svfid_is_0_for_the_input_and_positive_for_another_clip(C3dLayer layer, SvfidVariant variant)
    {
        Svfid svfid = Metric(layer, variant);
        double self = svfid.Measure(Input.ToBytes(), Input.ToBytes(), Workers)!.Value, other = svfid.Measure(Input.ToBytes(), Other.ToBytes(), Workers)!.Value;
        Assert.True(other > 0);
        Assert.InRange(self, 0, 1e-6 * other);
        Assert.Equal(other, svfid.Measure(Input.ToBytes(), Other.ToBytes(), new Workers(1)));
        Assert.Equal(other, svfid.Measure(Other.ToBytes(), Input.ToBytes(), Workers)!.Value, 1e-6 * other);
    }

    /// <summary>Computes the definition position by position, without optimisations.</summary>
    [Fact]
    public void Svfid_over_positions_matches_its_definition()
    {
        var network = new C3d(new RuleWeights(), C3dLayer.Conv1);
        Volume<float> a = network.Features(Plain(Input), Workers), b = network.Features(Plain(Other), Workers);
        double sum = 0;
        for (int h = 0; h < a.Extent.H; h++)
            for (int w = 0; w < a.Extent.W; w++) sum += Gaussian.FrechetDistance(At(a, h, w), At(b, h, w), 1e-6);
        double expected = sum / (a.Extent.H * a.Extent.W);
        double found = Metric(C3dLayer.Conv1, SvfidVariant.Positions).Measure(Input.ToBytes(), Other.ToBytes(), Workers)!.Value;
        Assert.Equal(expected, found, 1e-4 * expected);
    }

    [Fact]
    public void Svfid_over_positions_needs_equal_frame_sizes_and_over_the_video_does_not()
    {
        Volume<byte> wider = TestClip.Blobs(6, 16, 24).ToBytes();
        Assert.Null(Metric(C3dLayer.Conv1, SvfidVariant.Positions).Measure(Input.ToBytes(), wider, Workers));
        Assert.True(Metric(C3dLayer.Conv1, SvfidVariant.Video).Measure(Input.ToBytes(), wider, Workers) >= 0);
    }

    [Fact]
    public void Svfid_layer_is_refused_when_the_clip_is_too_small_for_it()
    {
        Volume<byte> tiny = TestClip.Blobs(3, 32, 40).ToBytes();
        VgpnnException e = Assert.Throws<VgpnnException>(() => Metric(C3dLayer.Pool2, SvfidVariant.Video).Measure(tiny, tiny, Workers));
        Assert.Equal((ErrorKind.Usage, "svfid-layer-too-deep"), (e.Kind, e.Code));
    }

    [Fact]
    public void Svfid_grows_with_the_degradation_of_a_sample()
    {
        Svfid svfid = Metric(C3dLayer.Conv1, SvfidVariant.Positions);
        double[] distances = [.. ((double[])[2, 10, 40]).Select(s => svfid.Measure(Input.ToBytes(), Noisy(s), Workers)!.Value)];
        Assert.Equal(distances.Order(), distances);
    }

    private static Svfid Metric(C3dLayer layer, SvfidVariant variant) => new(new C3d(new RuleWeights(), layer), variant);

    private static Volume<byte> Noisy(double strength)
    {
        Volume<byte> video = Input.ToBytes();
        var random = new Random(1);
        foreach (ref byte sample in video.Samples) sample = (byte)Math.Clamp(sample + ((random.NextDouble() - 0.5) * strength), 0, 255);
        return video;
    }

    private static Volume<float> Plain(Clip clip) => clip.ToBytes().Plain();

    private static Gaussian At(Volume<float> features, int h, int w)
    {
        var moments = new Moments(Svfid.PositionChannels);
        for (int t = 0; t < features.Extent.T; t++)
            moments.Add(features.Row(t, h).Slice(w * features.Channels, features.Channels).ToArray(), features.Channels, Workers);
        return moments.Fit();
    }
}
