using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Silo.Hosting.Jobs;

/// <summary>A job that runs here.</summary>
internal sealed class ActiveJob(BackendReports reports, JobOrder order, JobSlot slot, CancellationToken release, CancellationToken stop) : IDisposable
{
    private int _left;
    private readonly CancellationTokenSource _release = CancellationTokenSource.CreateLinkedTokenSource(release);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>The reports that tell of it.</summary>
    public BackendReports Reports { get; } = reports;

    /// <summary>The order that it began with.</summary>
    public JobOrder Order { get; } = order;

    /// <summary>Cancelled when the job shall end at its next checkpoint.</summary>
    public CancellationToken Release => _release.Token;

    /// <summary>Cancelled when the job shall end at once.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Notes that the job needs its slot no more; whether it was the last one there.</summary>
    public bool LeavesSlotLast() => Interlocked.Exchange(ref _left, 1) == 0 && slot.Leave();

    /// <summary>Has the job end at once; harmless if it has ended.</summary>
    public void StopNow() => Cancel(_stop);

    /// <summary>Has the job end at its next checkpoint; harmless if it has ended.</summary>
    public void ReleaseSoon() => Cancel(_release);

    public void Dispose()
    {
        _release.Dispose();
        _stop.Dispose();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The job ended at this moment.
        }
    }
}
