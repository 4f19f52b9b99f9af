using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Silo.Hosting.Jobs;

/// <summary>The reports to one dispatcher.</summary>
internal sealed class BackendReports(string backend) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<EndedJob> _ended = [];
    private readonly SemaphoreSlim _wake = new(0);

    /// <summary>The backend whose dispatcher gets them.</summary>
    public string Backend { get; } = backend;

    /// <summary>The last report's number.</summary>
    public long Sequence { get; set; }

    /// <summary>Whether the dispatcher did not answer the last report.</summary>
    public bool Failing { get; set; }

    /// <summary>Jobs that have ended, and that the dispatcher has not acknowledged.</summary>
    public IReadOnlyList<EndedJob> Ended
    {
        get
        {
            lock (_lock) return [.. _ended];
        }
    }

    /// <summary>Notes that a job has ended, and has it reported at once.</summary>
    public void Add(EndedJob job)
    {
        lock (_lock) _ended.Add(job);
        Wake();
    }

    /// <summary>Forgets jobs that the dispatcher knows to have ended.</summary>
    public void Acknowledge(IReadOnlyList<EndedJob> told)
    {
        lock (_lock) _ended.RemoveAll(told.Contains);
    }

    /// <summary>Has a report made at once.</summary>
    public void Wake() => _wake.Release();

    /// <summary>Ends with the next call of <see cref="Wake"/>, or when it is cancelled.</summary>
    public async Task WokenAsync(CancellationToken cancellation)
    {
        await _wake.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_wake.Wait(0, CancellationToken.None))
        {
            // One report answers all calls.
        }
    }

    public void Dispose() => _wake.Dispose();
}
