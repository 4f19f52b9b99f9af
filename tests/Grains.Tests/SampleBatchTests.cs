using Vgpnn.Grains.Samples;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests;

/// <summary>Samples that wait for each other to be made in one batch.</summary>
public class SampleBatchTests
{
    private const ulong Seed = 7;

    private static readonly Sampler Samples = Sampler.Create(
        [new SamplerInput(InputRole.Input, Clip.FromVolume(RandomVolume.Blobs(new Extent(6, 32, 48), 3, 1), new FrameRate(10, 1)))], Clips.Quick);

    [Fact]
    public async Task Members_wait_for_each_other_and_get_the_frames_that_they_get_alone()
    {
        using var batch = new SampleBatch(3);
        Task<Clip> first = Join(batch, 0), third = Join(batch, 2);
        Assert.False(first.IsCompleted);
        batch.Leave();
        Assert.Equal(Alone(0), (await first).ContentHash());
        Assert.Equal(Alone(2), (await third).ContentHash());
    }

    [Fact]
    public async Task Member_that_fails_or_is_stopped_does_not_disturb_the_others()
    {
        using var batch = new SampleBatch(3);
        using var stop = new CancellationTokenSource();
        Task<Clip> failing = Join(batch, 0, _ => throw new InvalidDataException("it fails"));
        Task<Clip> stopped = Join(batch, 1, _ => stop.Cancel(), stop.Token);
        Task<Clip> well = Join(batch, 2);
        Assert.Equal("it fails", (await Assert.ThrowsAsync<InvalidDataException>(() => failing)).Message);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Assert.Equal(Alone(2), (await well).ContentHash());
    }

    [Fact]
    public async Task Member_that_is_stopped_before_the_others_arrive_is_gone_at_once()
    {
        using var batch = new SampleBatch(2);
        using var stop = new CancellationTokenSource();
        Task<Clip> stopped = Join(batch, 0, stop: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Assert.Equal(Alone(1), (await Join(batch, 1)).ContentHash());
    }

    [Fact]
    public async Task Nothing_is_computed_when_all_have_left()
    {
        using var batch = new SampleBatch(2);
        using var stop = new CancellationTokenSource();
        int steps = 0;
        Task<Clip> only = Join(batch, 0, _ =>
        {
            steps++;
            stop.Cancel();
        }, stop.Token);
        batch.Leave();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => only);
        Assert.InRange(steps, 1, 3);
    }

    private static string Alone(int index) => Samples.Sample(Seed, index, new Workers(1)).ContentHash();

    private static Task<Clip> Join(SampleBatch batch, int index, Action<SynthesisEvent>? observe = null, CancellationToken stop = default) =>
        batch.JoinAsync(Samples, Seed, index, 1, observe ?? (_ => { }), stop);
}
