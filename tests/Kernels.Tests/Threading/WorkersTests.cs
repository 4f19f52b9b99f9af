using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Tests.Threading;

public class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_piece_runs_once(int threads)
    {
        foreach (int count in (int[])[0, 1, 2, 7, 1000])
        {
            var runs = new int[count];
            new Workers(threads).For(count, i => Interlocked.Increment(ref runs[i]));
            Assert.All(runs, n => Assert.Equal(1, n));
        }
    }

    [Fact]
    public void No_more_threads_work_at_once_than_were_asked_for()
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
    public void An_error_in_a_piece_comes_out_as_it_is_and_ends_the_work(int threads)
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
    public void Cancellation_ends_the_work_between_two_pieces(int threads)
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
    public void Work_without_threads_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Workers(0));
}
