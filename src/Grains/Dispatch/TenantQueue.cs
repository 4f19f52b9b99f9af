namespace Vgpnn.Grains.Dispatch;

/// <summary>The queue of a tenant, and its position among the other tenants.</summary>
internal sealed class TenantQueue(string name) : FitNode<TenantQueue>
{
    private readonly Dictionary<string, QueuedJobs> _entries = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public int Weight { get; set; } = 1;

    public int MaxRunning { get; set; } = int.MaxValue;

    /// <summary>The cost of all jobs so far, divided by the tenant's weight; raised to that of the others after idle times.</summary>
    public double VirtualTime { get; set; }

    public int Running { get; private set; }

    public int Paused { get; private set; }

    /// <summary>The number of workers that keep room for a job of this tenant.</summary>
    public int Kept { get; set; }

    /// <summary>Entries with due jobs, in the order in which they are started.</summary>
    public FitTree<QueuedJobs> Queue { get; } = new();

    public IEnumerable<QueuedJobs> Entries => _entries.Values;

    public bool HasEntries => _entries.Count > 0;

    /// <summary>Whether the tenant has due work and may run more jobs.</summary>
    public bool IsEligible => Due > 0 && Running < MaxRunning;

    public override int Due => Queue.Due;

    public override Needs Needs => Queue.Needs;

    public QueuedJobs? Find(string key) => _entries.GetValueOrDefault(key);

    public QueuedJobs FindOrAdd(string key) => Find(key) ?? new QueuedJobs(this, key);

    public void Charge(double cost) => VirtualTime += cost / Weight;

    /// <summary>Takes an entry out before it changes; it may be a new one.</summary>
    public void Detach(QueuedJobs jobs)
    {
        if (!_entries.Remove(jobs.Key)) return;
        if (jobs.Due > 0) Queue.Remove(jobs);
        Running -= jobs.Running;
        Paused -= jobs.Paused;
    }

    /// <summary>Puts an entry back after it changed, unless nothing of it waits or runs.</summary>
    public void Attach(QueuedJobs jobs)
    {
        if (jobs.IsOver) return;
        _entries.Add(jobs.Key, jobs);
        if (jobs.Due > 0) Queue.Add(jobs);
        Running += jobs.Running;
        Paused += jobs.Paused;
    }

    public override int CompareTo(TenantQueue? other)
    {
        int order = VirtualTime.CompareTo(other!.VirtualTime);
        return order != 0 ? order : string.CompareOrdinal(Name, other.Name);
    }
}
