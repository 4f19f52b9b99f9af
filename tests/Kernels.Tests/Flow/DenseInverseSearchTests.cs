using FsCheck.Fluent;
using Vgpnn.Benchmarks;
using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Flow;

public class DenseInverseSearchTests
{
    private const int Height = 144;
    private const int Width = 256;

    private static readonly Workers Two = new(2);

    // Error limits in pixels: about twice the measured errors, and not met without refinement or without the exchange between patches.
    [Theory]
    [InlineData("still", 0.001)]
    [InlineData("shift (0.3, −0.4)", 0.02)]
    [InlineData("shift (3.5, −2.25)", 0.02)]
    [InlineData("shift (20, 12)", 0.02)]
    [InlineData("shift (45, −30)", 0.04)]
    [InlineData("rotation by 5°", 0.1)]
    [InlineData("rotation by 15°", 0.35)]
    [InlineData("zoom 1.1", 0.12)]
    [InlineData("zoom 0.8", 0.25)]
    [InlineData("disc by (12, 5)", 0.7)]
    [InlineData("disc by (30, 0)", 1.6)]
    public void Flow_of_a_known_motion_is_accurate(string motion, double bar)
    {
        MovingPicture picture = MovingPicture.Named(motion, Height, Width);

        double error = picture.EndPointError(Estimate(picture.Frames()));

        Assert.True(error <= bar, $"end-point error {error:F3}");
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(1, -25)]
    [InlineData(0.8, 0)]
    public void Brightness_change_gives_no_flow(double gain, double offset)
    {
        MovingPicture picture = MovingPicture.Translation(Height, Width, 5, 3);

        double error = picture.EndPointError(Estimate(picture.Frames(gain, offset)));

        Assert.True(error <= 0.25, $"end-point error {error:F3}");
    }

    [Fact]
    public void Flow_is_estimated_in_both_frame_orders()
    {
        Volume<byte> frames = MovingPicture.Translation(Height, Width, 6, -2).Frames();

        Volume<float> back = new DenseInverseSearch().Estimate(frames, 1, 0, Two);

        double error = MovingPicture.Translation(Height, Width, -6, 2).EndPointError(back);
        Assert.True(error <= 0.1, $"end-point error {error:F3}");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 8)]
    [InlineData(1, 40)]
    [InlineData(40, 1)]
    [InlineData(3, 200)]
    [InlineData(17, 9)]
    public void Flow_is_finite_for_frames_of_any_size(int height, int width)
    {
        Volume<byte> noise = RandomVolume.Noise<byte>(new Extent(2, height, width), 3, 1);

        Volume<float> flow = Estimate(noise);

        Assert.Equal((new Extent(1, height, width), 2), (flow.Extent, flow.Channels));
        AssertFinite(flow);
    }

    [Fact]
    public void Motion_is_found_in_small_frames()
    {
        MovingPicture picture = MovingPicture.Translation(24, 20, 2, -1);

        double error = picture.EndPointError(Estimate(picture.Frames()));

        Assert.True(error <= 0.2, $"end-point error {error:F3}");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 255)]
    [InlineData(90, 91)]
    public void Uniform_frames_have_zero_flow(byte before, byte after)
    {
        var video = new Volume<byte>(new Extent(2, 30, 40), 3);
        video.Frame(0).Fill(before);
        video.Frame(1).Fill(after);

        Assert.All(Estimate(video).Samples.ToArray(), f => Assert.Equal(0, f));
    }

    [Fact]
    public void Flow_does_not_depend_on_the_number_of_threads() =>
        Properties.Holds(
            from extent in Properties.Extents(new Extent(2, 1, 1), new Extent(2, 50, 50))
            from seed in Gen.Choose(0, 1000)
            select (extent, seed),
            c =>
            {
                Volume<byte> video = RandomVolume.Blobs<byte>(c.extent, 3, c.seed);
                Volume<float> one = new DenseInverseSearch().Estimate(video, 0, 1, new Workers(1));
                AssertFinite(one);
                foreach (int threads in (int[])[2, 5])
                    Near.AssertEqual(one, new DenseInverseSearch().Estimate(video, 0, 1, new Workers(threads)));
            },
            count: 20);

    [Theory]
    [InlineData(64, 64)]
    [InlineData(256, 144)]
    public void Flow_allocates_no_more_than_its_estimate(int height, int width)
    {
        Volume<byte> frames = MovingPicture.Translation(height, width, 1, 1).Frames();
        var flow = new DenseInverseSearch();
        var alone = new Workers(1);
        flow.Estimate(frames, 0, 1, alone);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Volume<float> result = flow.Estimate(frames, 0, 1, alone);

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before - Volume.Bytes<float>(result.Extent, 2);
        Assert.InRange(allocated, 1, flow.WorkingBytes(height, width));
    }

    [Fact]
    public void Cancelled_flow_throws()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        Assert.Throws<OperationCanceledException>(
            () => new DenseInverseSearch().Estimate(new Volume<byte>(new Extent(2, 20, 20), 3), 0, 1, new Workers(2, cancellation.Token)));
    }

    [Fact]
    public void Invalid_frames_and_channels_are_rejected()
    {
        var flow = new DenseInverseSearch();
        var video = new Volume<byte>(new Extent(2, 9, 9), 3);

        Assert.Throws<ArgumentOutOfRangeException>(() => flow.Estimate(video, 0, 2, Two));
        Assert.Throws<ArgumentOutOfRangeException>(() => flow.Estimate(video, -1, 0, Two));
        Assert.Throws<ArgumentException>(() => flow.Estimate(new Volume<byte>(new Extent(2, 9, 9), 1), 0, 1, Two));
    }

    private static Volume<float> Estimate(Volume<byte> frames) => new DenseInverseSearch().Estimate(frames, 0, 1, Two);

    private static void AssertFinite(Volume<float> flow)
    {
        foreach (float f in flow.Samples) Assert.True(float.IsFinite(f));
    }
}
