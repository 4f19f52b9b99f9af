using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;
using Xunit.Abstractions;

namespace Vgpnn.Synthesis.Tests.Levels;

[Collection(nameof(Alone))]
public class CancellationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_can_be_cancelled_at_every_step_and_repeated(int threads)
    {
        Clip clip = TestClip.Blobs();
        var generator = new Generator(clip, TestClip.Quick);
        int events = 0;
        string expected = generator.Sample(1, 0, new Workers(threads), _ => events++).ContentHash();
        for (int at = 1; at < events; at += 7)
        {
            using var source = new CancellationTokenSource();
            int seen = 0;
            OperationCanceledException e = Assert.ThrowsAny<OperationCanceledException>(
                () => generator.Sample(1, 0, new Workers(threads, source.Token), _ =>
                {
                    if (++seen == at) source.Cancel();
                }));
            Assert.Equal(source.Token, e.CancellationToken);
            Assert.Equal(at, seen);
        }

        Assert.Equal(expected, generator.Sample(1, 0, new Workers(threads)).ContentHash());
    }

    /// <summary>Each of these searches takes many seconds; cancellation does not wait for its end.</summary>
    [Theory]
    [InlineData(SearchMethod.Exhaustive)]
    [InlineData(SearchMethod.JumpFlood)]
    [InlineData(SearchMethod.PatchMatch)]
    public void Long_search_ends_soon_after_cancellation(SearchMethod search)
    {
        Clip clip = TestClip.Noise(24, 200, 300);
        var options = new MethodOptions { DownscaleT = 1, DownscaleS = 1, Search = search, Noise = 3 };
        using var source = new CancellationTokenSource();
        TimeSpan cancelled = default;
        using var timer = new Timer(
            _ =>
            {
                // Before the cancellation: the search may have ended by the time that a callback runs after it.
                cancelled = Environment.CpuUsage.TotalTime;
                source.Cancel();
            },
            null, TimeSpan.FromMilliseconds(300), Timeout.InfiniteTimeSpan);
        Assert.ThrowsAny<OperationCanceledException>(() => new Generator(clip, options).Sample(1, 0, new Workers(2, source.Token)));

        TimeSpan worked = Environment.CpuUsage.TotalTime - cancelled;
        output.WriteLine($"worked on for {worked.TotalMilliseconds:F0} ms");

        // CPU time, which other programs do not affect: under 400 ms of two threads.
        Assert.InRange(worked, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Measuring_the_noise_can_be_cancelled()
    {
        var generator = new Generator(TestClip.Blobs(), new MethodOptions());
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => generator.ResolveNoise(new Workers(2, source.Token)));
        Assert.InRange(generator.ResolveNoise(new Workers(2)), 2, 5);
    }
}
