namespace Vgpnn.Kernels.Threading;

/// <summary>
/// Runs independent pieces of work on a fixed number of threads. Pieces are handed out one by one, so that uneven ones
/// balance; nothing that a kernel computes may depend on which thread took which piece, nor on how many threads there are.
/// </summary>
public sealed class Workers
{
    /// <param name="threads">Threads to use, at least 1; the caller's own thread is one of them.</param>
    /// <param name="cancellation">Checked before every piece; kernels keep their pieces well under 100 ms.</param>
    public Workers(int threads, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        Cancellation = cancellation;
    }

    /// <summary>Threads used, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Ends the work early with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Calls <paramref name="body"/> once for every number from 0 to <paramref name="count"/> − 1.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled; some pieces may not have run.</exception>
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
