using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Tests.Threading;

public class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_work_item_runs_once(int threads)
    {
        foreach (int count in (int[])[0, 1, 2, 7, 1000])
        {
            var runs = new int[count];
            new Workers(threads).For(count, i => Interlocked.Increment(ref runs[i]));
            Assert.All(runs, n => Assert.Equal(1, n));
        }
    }

    [Fact]
    public void Workers_never_run_more_threads_than_requested()
    {
        int running = 0, most = 0;
        new Workers(2).For(200, _ =>
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            Thread.SpinWait(2000);
            Interlocked.Decrement(ref running);
        });
        Assert.InRange(most, 1, 2);

        static void InterlockedMax(ref int target, int value)
        {
            for (int seen = target; value > seen; seen = target) Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Exception_in_a_work_item_is_rethrown_and_stops_the_work(int threads)
    {
        int runs = 0;
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => new Workers(threads).For(100_000, i =>
        {
            Interlocked.Increment(ref runs);
            if (i == 10) throw new InvalidOperationException("piece 10");
        }));
        Assert.Equal("piece 10", error.Message);
        if (threads == 1) Assert.Equal(11, runs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancellation_stops_the_work_between_two_items(int threads)
    {
        using var source = new CancellationTokenSource();
        int runs = 0;
        OperationCanceledException error = Assert.ThrowsAny<OperationCanceledException>(
            () => new Workers(threads, source.Token).For(100_000, i =>
            {
                Interlocked.Increment(ref runs);
                if (i == 10) source.Cancel();
            }));
        Assert.Equal(source.Token, error.CancellationToken);
        if (threads == 1) Assert.Equal(11, runs);
    }

    [Fact]
    public void Workers_without_threads_are_rejected() => Assert.Throws<ArgumentOutOfRangeException>(() => new Workers(0));
}
