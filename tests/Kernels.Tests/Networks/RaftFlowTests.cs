using Vgpnn.Kernels.Networks.Raft;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Networks;

/// <summary>Properties of RAFT that hold for any weights; the weights are random here, so the flow itself is meaningless.</summary>
public class RaftFlowTests
{
    private static readonly Volume<byte> Video = RandomVolume.Blobs<byte>(new Extent(3, 75, 90), 3, 1);

    public static TheoryData<bool> Networks => [true, false];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Flow_has_the_same_bits_for_any_number_of_threads(bool small)
    {
        var flow = new RaftFlow(new RuleWeights(small), iterations: 3);
        Volume<float> one = flow.Estimate(Video, 0, 2, new Workers(1));
        Near.AssertEqual(one, flow.Estimate(Video, 0, 2, new Workers(2)));
        Near.AssertEqual(one, flow.Estimate(Video, 0, 2, new Workers(5)));
        Assert.Equal((new Extent(1, 75, 90), 2), (one.Extent, one.Channels));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Correlations_on_demand_give_the_same_flow_as_stored_ones(bool small)
    {
        var weights = new RuleWeights(small);
        Volume<float> kept = new RaftFlow(weights, 3, long.MaxValue).Estimate(Video, 0, 1, new Workers(2));
        Near.Assert(kept, new RaftFlow(weights, 3, mostVolumeBytes: 0).Estimate(Video, 0, 1, new Workers(2)), 1e-3);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 200)]
    [InlineData(64, 64)]
    [InlineData(129, 65)]
    public void Flow_is_finite_for_frames_of_any_size(int height, int width)
    {
        Volume<byte> video = RandomVolume.Blobs<byte>(new Extent(2, height, width), 3, 1);
        Volume<float> flow = new RaftFlow(new RuleWeights(small: true), iterations: 2).Estimate(video, 1, 0, new Workers(2));
        Assert.Equal(new Extent(1, height, width), flow.Extent);
        Assert.All(flow.Samples.ToArray(), f => Assert.True(float.IsFinite(f)));
    }

    /// <summary>Compares all allocations of a pair, including short-lived ones, with the memory estimate.</summary>
    [Theory]
    [InlineData(true, long.MaxValue)]
    [InlineData(true, 0)]
    [InlineData(false, long.MaxValue)]
    [InlineData(false, 0)]
    public void Pair_allocates_no_more_than_its_estimate(bool small, long mostVolumeBytes)
    {
        Volume<byte> video = RandomVolume.Blobs<byte>(new Extent(2, 144, 176), 3, 1);
        var flow = new RaftFlow(new RuleWeights(small), 2, mostVolumeBytes);
        var alone = new Workers(1);
        flow.Estimate(video, 0, 1, alone);
        long before = GC.GetAllocatedBytesForCurrentThread();
        flow.Estimate(video, 0, 1, alone);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before - (2 * sizeof(float) * 144 * 176);
        Assert.InRange((double)taken, flow.WorkingBytes(144, 176) / 2, flow.WorkingBytes(144, 176) * 1.1);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Memory_grows_linearly_with_the_number_of_pixels(bool small)
    {
        var flow = new RaftFlow(new RuleWeights(small));
        Assert.InRange(flow.WorkingBytes(256, 456), 1 << 20, 512 << 20);

        // From Full HD to four times as many pixels.
        Assert.InRange((double)flow.WorkingBytes(2160, 3840) / flow.WorkingBytes(1080, 1920), 3.5, 4.1);
        Assert.InRange(flow.WorkingBytes(1080, 1920), 1 << 20, 4L << 30);
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var told = new List<double>();
        new RaftFlow(new RuleWeights(small: true), 4).Estimate(Video, 0, 1, new Workers(2), told.Add);
        Assert.Equal(told.Order(), told);
        Assert.Equal((5, 1.0), (told.Count, told[^1]));
    }

    [Fact]
    public void Cancelled_flow_stops_within_seconds()
    {
        Volume<byte> video = RandomVolume.Noise<byte>(new Extent(2, 256, 456), 3, 1);
        var flow = new RaftFlow(new RuleWeights(), iterations: 1000);
        using var source = new CancellationTokenSource();
        TimeSpan cancelled = default;
        OperationCanceledException e = Assert.ThrowsAny<OperationCanceledException>(() => flow.Estimate(video, 0, 1, new Workers(2, source.Token), _ =>
        {
            if (source.IsCancellationRequested) return;
            source.Cancel();
            cancelled = Environment.CpuUsage.TotalTime;
        }));
        Assert.Equal(source.Token, e.CancellationToken);

        // The limit allows for other tests running in this process; all thousand updates would take minutes.
        Assert.InRange(Environment.CpuUsage.TotalTime - cancelled, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Invalid_videos_and_frame_indices_are_rejected()
    {
        var flow = new RaftFlow(new RuleWeights(small: true));
        Assert.Throws<ArgumentException>(() => flow.Estimate(new Volume<byte>(new Extent(2, 64, 64), 1), 0, 1, new Workers(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => flow.Estimate(Video, 0, 3, new Workers(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => flow.Estimate(Video, -1, 0, new Workers(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RaftFlow(new RuleWeights(small: true), iterations: 0));
    }
}
