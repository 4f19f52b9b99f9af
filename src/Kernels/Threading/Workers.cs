namespace Vgpnn.Kernels.Threading;

/// <summary>
/// Runs independent work items on a fixed number of threads. Threads take items one at a time, so items of different length balance.
/// Kernel results must depend neither on which thread runs an item nor on the number of threads.
/// </summary>
public sealed class Workers
{
    /// <param name="threads">Number of threads including the caller's, at least 1.</param>
    /// <param name="cancellation">Checked before every item; kernels keep items well below 100 ms.</param>
    public Workers(int threads, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        Cancellation = cancellation;
    }

    /// <summary>Number of threads, including the caller's.</summary>
    public int Threads { get; }

    /// <summary>Checked before every item; throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Calls <paramref name="body"/> once for each integer from 0 to <paramref name="count"/> − 1.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled; some items may not have run.</exception>
    public void For(int count, Action<int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (Threads == 1 || count <= 1)
        {
            for (int i = 0; i < count; i++)
            {
                Cancellation.ThrowIfCancellationRequested();
                body(i);
            }

            return;
        }

        int next = -1;
        bool failed = false;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Threads };
        try
        {
            Parallel.For(0, Math.Min(Threads, count), options, _ =>
            {
                while (!Volatile.Read(ref failed))
                {
                    int i = Interlocked.Increment(ref next);
                    if (i >= count) return;
                    try
                    {
                        Cancellation.ThrowIfCancellationRequested();
                        body(i);
                    }
                    catch
                    {
                        Volatile.Write(ref failed, true);
                        throw;
                    }
                }
            });
        }
        catch (AggregateException e)
        {
            Cancellation.ThrowIfCancellationRequested();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
