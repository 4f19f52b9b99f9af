using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Grains.Dispatch;

/// <summary>A job that was given to a worker.</summary>
internal sealed record Assignment(JobOrder Order, BoardWorker Worker, long Started)
{
    /// <summary>The report whose answer held the order; until then it cannot be missed in a report.</summary>
    public long SentIn { get; set; } = long.MaxValue;

    /// <summary>Whether it was asked to give way.</summary>
    public bool AskedToRelease { get; set; }

    public bool Equals(Assignment? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Order.Id.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A worker: its last report, what it was ordered, and what it is to be told next.</summary>
internal sealed class BoardWorker
{
    private readonly List<string> _stop = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkerReport Report { get; private set; } = null!;

    public long Sequence { get; private set; }

    public long Seen { get; set; }

    public Dictionary<string, Assignment> Orders { get; } = new(StringComparer.Ordinal);

    public List<JobOrder> Start { get; } = [];

    public List<string> Release { get; } = [];

    /// <summary>Orders that were told to stop, and when.</summary>
    public Dictionary<string, long> Stopping { get; } = new(StringComparer.Ordinal);

    /// <summary>Slots that are free, less what was ordered since the report.</summary>
    public int FreeSlots => Report.FreeSlots - Unreported.Select(a => a.Order.Batch ?? a.Order.Id).Distinct().Count();

    /// <summary>Whether it may be given jobs.</summary>
    public bool TakesOrders => !Report.Draining;

    /// <summary>Whether room may be kept on it, which needs no free slot now.</summary>
    public bool MayKeepRoom => !Report.Draining && Report.FreeSlots > 0;

    /// <summary>Whether there is something to tell it.</summary>
    public bool HasNews => Start.Count + _stop.Count + Release.Count > 0;

    private IEnumerable<Assignment> Unreported => Orders.Values.Where(a => a.SentIn >= Sequence);

    /// <summary>A newer report is there: whoever waits for the answer to the older one gets an empty one.</summary>
    public void Supersede(WorkerReport report, long now)
    {
        (Report, Sequence, Seen) = (report, report.Sequence, now);
        Wake();
    }

    /// <summary>Ends the wait for news.</summary>
    public void Wake()
    {
        TaskCompletionSource news = _news;
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        news.TrySetResult();
    }

    /// <summary>Waits for news, for a newer report, or for the time to be over.</summary>
    public async Task NewsAsync(TimeSpan wait) => await _news.Task.WaitAsync(wait)
        .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Has an order stopped.</summary>
    public void StopSoon(string order, long now)
    {
        Stopping[order] = now;
        if (!_stop.Contains(order)) _stop.Add(order);
    }

    /// <summary>What is to be told, in the answer to the last report.</summary>
    public WorkerOrders Take()
    {
        var orders = new WorkerOrders { Start = [.. Start], Stop = [.. _stop], Release = [.. Release] };
        foreach (JobOrder order in Start)
            if (Orders.TryGetValue(order.Id, out Assignment? assignment)) assignment.SentIn = Sequence;
        Start.Clear();
        _stop.Clear();
        Release.Clear();
        return orders;
    }

    /// <summary>What is free, less what was ordered since the report.</summary>
    public WorkerRoom Room(string id) => new()
    {
        Silo = id,
        FreeSlots = Math.Max(0, FreeSlots),
        Memory = Report.FreeMemory - Unreported.Sum(a => a.Order.Memory),
        TotalMemory = Report.Memory,
        DeviceMemory = Unreported.Any(a => a.Order.DeviceMemory is not null) ? null : Report.FreeDeviceMemory,
        WarmLevels = Report.Warm.ToHashSet(),
    };
}
