using Vgpnn.Grains.Indices;


namespace Vgpnn.Grains.Dispatch;

/// <summary>
/// Shares workers between tenants in proportion to their weights. Every tenant has a virtual time, which a job advances by its cost
/// divided by the weight; the tenant with the least virtual time goes first. Idle tenants accrue no credit: they rejoin at the current
/// virtual time. Times are milliseconds of any clock. Not thread-safe.
/// </summary>
public sealed class FairShare
{
    /// <summary>Room is kept for a job that has waited this long and does not fit.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Entries of the same millisecond that are searched for warm levels.
    private const int MaxTies = 16;

    private readonly Dictionary<string, TenantQueue> _tenants = new(StringComparer.Ordinal);
    private readonly FitTree<TenantQueue> _eligible = new();
    private readonly PriorityQueue<(QueuedJobs Jobs, int Index), long> _pauses = new();
    private readonly Dictionary<string, KeptRoom> _kept = new(StringComparer.Ordinal);
    private int _tenantsWithDueJobs;

    // That of the tenant whose job was started last, before it was charged.
    private double _virtualTime;

    /// <summary>The names of all tenants that have waiting or running jobs.</summary>
    public IEnumerable<string> Tenants => _tenants.Values.Where(t => t.HasEntries).Select(t => t.Name);

    /// <summary>Decides which job a worker starts next, and counts the job as running.</summary>
    public Decision Next(WorkerRoom room, long now)
    {
        ArgumentNullException.ThrowIfNull(room);

        // 1. Jobs whose pause is over join the queue of their tenant.
        EndPauses(now);

        // 2. A worker that keeps room starts that job as soon as it fits, and no other job before.
        if (_kept.TryGetValue(room.Silo, out KeptRoom? kept))
        {
            if (!IsOwed(kept.Jobs, room)) RemoveSilo(room.Silo);
            else if (room.FreeSlots > 0 && kept.Jobs.Entry!.Fits(room)) return StartKept(room.Silo, kept);
            else return new Decision(DispatchOutcome.KeepsRoom, kept.Jobs.Entry);
        }

        // 3. There has to be a tenant that has due work and may run more, and a free slot.
        if (_eligible.IsEmpty) return new Decision(_tenantsWithDueJobs == 0 ? DispatchOutcome.NothingWaits : DispatchOutcome.AllAtLimit);
        if (room.FreeSlots < 1) return new Decision(DispatchOutcome.NoRoom);

        // 4. Tenants come in the order of their virtual time, and the entries of each in the order of their age.
        long overdueSince = now - (long)Patience.TotalMilliseconds;
        for (TenantQueue? tenant = _eligible.First(room, overdueSince); tenant is not null; tenant = _eligible.First(room, overdueSince, tenant))
        {
            for (QueuedJobs? jobs = tenant.Queue.First(room, overdueSince); jobs is not null; jobs = tenant.Queue.First(room, overdueSince, jobs))
            {
                // 5. The first entry that fits is chosen; of several equally old ones, one whose levels the worker has in memory.
                if (jobs.Entry!.Fits(room)) return Start(PreferWarm(jobs, room, overdueSince));

                // 6. An entry that has waited too long and fits the worker when it is empty has room kept.
                if (MayKeepRoom(jobs, room, overdueSince)) return Keep(room.Silo, jobs);
            }
        }

        return new Decision(DispatchOutcome.NoRoom);
    }

    /// <summary>
    /// Takes up to <paramref name="most"/> further jobs of an entry, to be run with one that <see cref="Next"/> has chosen; never more
    /// than the tenant may run.
    /// </summary>
    public IndexSet TakeMore(QueueEntry entry, int most)
    {
        ArgumentNullException.ThrowIfNull(entry);
        IndexSet taken = IndexSet.Empty;
        while (taken.Count < most && Find(entry.Tenant, entry.Key) is { Due: > 0, Tenant.IsEligible: true } jobs) taken = taken.Add(Start(jobs).Index);
        return taken;
    }

    /// <summary>Sets how large a tenant's share is and how many jobs it may run at once; tenants start with 1 and no limit.</summary>
    public void Configure(string tenant, int weight, int maxRunning)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(maxRunning);
        TenantQueue queue = FindOrAdd(tenant);
        using (new Change(this, queue)) (queue.Weight, queue.MaxRunning) = (weight, maxRunning);
    }

    /// <summary>Queues an entry, unless it is known; returns whether anything changed.</summary>
    /// <param name="entry">The entry; indices that run already do not wait.</param>
    /// <param name="replace">Whether a known entry is replaced: then exactly the given indices wait.</param>
    public bool Enqueue(QueueEntry entry, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry.Validate();
        TenantQueue tenant = FindOrAdd(entry.Tenant);
        QueuedJobs jobs = tenant.FindOrAdd(entry.Key);
        if (jobs.Entry is not null && !replace) return false;
        using (new Change(this, tenant, jobs)) jobs.Queue(entry);
        return true;
    }

    /// <summary>Cancels all jobs of an entry; those that run still count until they have finished. Returns whether it was known.</summary>
    public bool RemoveEntry(string tenant, string key)
    {
        if (Find(tenant, key) is not { } jobs) return false;
        using (new Change(this, jobs.Tenant, jobs)) jobs.CancelAll();
        return true;
    }

    /// <summary>Cancels a job. Returns whether it waited; one that runs still counts until it has finished, but will not be queued again.</summary>
    public bool Cancel(string tenant, string key, int index)
    {
        if (Find(tenant, key) is not { } jobs) return false;
        using (new Change(this, jobs.Tenant, jobs)) return jobs.Cancel(index);
    }

    /// <summary>
    /// Counts a job as running that a worker has reported, and charges the tenant for it; the entry need not be known yet. Returns
    /// <c>false</c> if the job was known to run.
    /// </summary>
    public bool Adopt(string tenant, string key, int index, double cost)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        TenantQueue queue = FindOrAdd(tenant);
        QueuedJobs jobs = queue.FindOrAdd(key);
        if (jobs.IsRunning(index)) return false;
        using (var change = new Change(this, queue, jobs))
        {
            jobs.Run(index);
            if (!change.WasEligible) queue.VirtualTime = Math.Max(queue.VirtualTime, _virtualTime);
            queue.Charge(cost);
        }

        return true;
    }

    /// <summary>Forgets a job that has ended, wherever it is. Returns whether it was known.</summary>
    public bool Finished(string tenant, string key, int index)
    {
        if (Find(tenant, key) is not { } jobs) return false;
        using (new Change(this, jobs.Tenant, jobs)) return jobs.Finish(index);
    }

    /// <summary>Queues a running job again, at the front. Returns <c>false</c> if it did not run, was cancelled or its entry is not known.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="key">The entry's key.</param>
    /// <param name="index">The job.</param>
    /// <param name="notBefore">The time from which it may start again: the current time, or later after an error.</param>
    /// <param name="refund">Whether the tenant is not charged for this run.</param>
    public bool Return(string tenant, string key, int index, long notBefore, bool refund)
    {
        if (Find(tenant, key) is not { } jobs || !jobs.IsRunning(index)) return false;
        using (new Change(this, jobs.Tenant, jobs))
        {
            if (refund && jobs.Entry is { } entry) jobs.Tenant.Charge(-entry.Cost);
            if (!jobs.Pause(index, notBefore)) return false;
        }

        _pauses.Enqueue((jobs, index), notBefore);
        return true;
    }

    /// <summary>Keeps no more room on a worker that is lost or draining.</summary>
    public void RemoveSilo(string silo)
    {
        if (!_kept.Remove(silo, out KeptRoom? kept)) return;
        TenantQueue tenant = kept.Jobs.Tenant;
        using (new Change(this, tenant)) tenant.VirtualTime -= kept.Charged;
        tenant.Kept--;
        kept.Jobs.Kept--;
    }

    /// <summary>Returns numbers about a tenant's queue.</summary>
    public QueueCounts Counts(string tenant)
    {
        if (!_tenants.TryGetValue(tenant, out TenantQueue? queue)) return default;
        return new QueueCounts(queue.Due + queue.Paused, queue.Paused, queue.Running, queue.Due > 0 ? queue.Needs.Since : null);
    }

    /// <summary>Returns how many due jobs of the same tenant start before those of an entry; <c>null</c> if nothing of it waits.</summary>
    public int? WaitingAhead(string tenant, string key) =>
        Find(tenant, key) is { Entry: not null } jobs && jobs.Due + jobs.Paused > 0 ? jobs.Tenant.Queue.DueBefore(jobs) : null;

    /// <summary>Returns when the next pause ends, at the earliest now; <c>null</c> if no job pauses.</summary>
    public long? NextDue(long now)
    {
        while (_pauses.TryPeek(out var paused, out long until))
        {
            if (paused.Jobs.PausesUntil(paused.Index, until)) return Math.Max(now, until);
            _pauses.Dequeue();
        }

        return null;
    }

    private QueuedJobs? Find(string tenant, string key) => _tenants.GetValueOrDefault(tenant)?.Find(key);

    private TenantQueue FindOrAdd(string tenant)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        if (!_tenants.TryGetValue(tenant, out TenantQueue? queue)) _tenants.Add(tenant, queue = new TenantQueue(tenant));
        return queue;
    }

    private void EndPauses(long now)
    {
        while (_pauses.TryPeek(out var paused, out long until) && until <= now)
        {
            _pauses.Dequeue();
            if (!paused.Jobs.PausesUntil(paused.Index, until)) continue;
            using (new Change(this, paused.Jobs.Tenant, paused.Jobs)) paused.Jobs.EndPause(paused.Index, until);
        }
    }

    private static QueuedJobs PreferWarm(QueuedJobs first, WorkerRoom room, long overdueSince)
    {
        QueuedJobs? other = room.WarmLevels.Count > 0 ? first : null;
        for (int i = 0; i < MaxTies && other is not null && other.CompareAge(first) == 0; i++)
        {
            if (other.Entry!.LevelKey is { } levels && room.WarmLevels.Contains(levels) && other.Entry.Fits(room)) return other;
            other = first.Tenant.Queue.First(room, overdueSince, other);
        }

        return first;
    }

    private Decision Start(QueuedJobs jobs)
    {
        int index;
        _virtualTime = Math.Max(_virtualTime, jobs.Tenant.VirtualTime);
        using (new Change(this, jobs.Tenant, jobs))
        {
            index = jobs.Take();
            jobs.Tenant.Charge(jobs.Entry!.Cost);
        }

        return new Decision(DispatchOutcome.Chosen, jobs.Entry, index);
    }

    private static bool MayKeepRoom(QueuedJobs jobs, WorkerRoom room, long overdueSince) =>
        jobs.Since <= overdueSince && jobs.Entry!.DeviceMemory is null && jobs.Entry.Memory <= room.TotalMemory
        && jobs.Kept < jobs.Due && jobs.Tenant.Running + jobs.Tenant.Kept < jobs.Tenant.MaxRunning;

    private static bool IsOwed(QueuedJobs jobs, WorkerRoom room) =>
        jobs.Kept <= jobs.Due && jobs.Tenant.IsEligible && jobs.Entry!.Memory <= room.TotalMemory && jobs.Entry.DeviceMemory is null;

    // Charged like a job: however many workers there are, only as many keep room as the tenant's share demands.
    private Decision Keep(string silo, QueuedJobs jobs)
    {
        TenantQueue tenant = jobs.Tenant;
        double before = tenant.VirtualTime;
        using (new Change(this, tenant)) tenant.Charge(jobs.Entry!.Cost);
        _kept.Add(silo, new KeptRoom(jobs, tenant.VirtualTime - before));
        tenant.Kept++;
        jobs.Kept++;
        return new Decision(DispatchOutcome.KeepsRoom, jobs.Entry);
    }

    private Decision StartKept(string silo, KeptRoom kept)
    {
        RemoveSilo(silo);
        return Start(kept.Jobs);
    }

    /// <summary>A worker that keeps room for an entry, and the virtual time that its tenant was charged for that.</summary>
    private sealed record KeptRoom(QueuedJobs Jobs, double Charged);

    /// <summary>Takes a tenant, and one of its entries, out of their order while they change.</summary>
    private readonly ref struct Change : IDisposable
    {
        private readonly FairShare _share;
        private readonly TenantQueue _tenant;
        private readonly QueuedJobs? _jobs;

        public Change(FairShare share, TenantQueue tenant, QueuedJobs? jobs = null)
        {
            (_share, _tenant, _jobs) = (share, tenant, jobs);
            WasEligible = tenant.IsEligible;
            if (WasEligible) share._eligible.Remove(tenant);
            if (tenant.Due > 0) share._tenantsWithDueJobs--;
            if (jobs is not null) tenant.Detach(jobs);
        }

        public bool WasEligible { get; }

        public void Dispose()
        {
            if (_jobs is not null) _tenant.Attach(_jobs);
            if (_tenant.Due > 0) _share._tenantsWithDueJobs++;
            if (!_tenant.IsEligible) return;
            if (!WasEligible) _tenant.VirtualTime = Math.Max(_tenant.VirtualTime, _share._virtualTime);
            _share._eligible.Add(_tenant);
        }
    }
}
