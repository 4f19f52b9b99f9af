using Vgpnn.Grains.Dispatch;

namespace Vgpnn.Grains.Tests.Dispatch;

/// <summary>The behaviour of <see cref="FairShare"/>, written with plain sets and sorting, for comparison.</summary>
internal sealed class QueueModel
{
    private readonly SortedDictionary<string, Tenant> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Jobs Jobs, double Charged)> _kept = [];
    private double _virtualTime;

    public IEnumerable<(string Tenant, string Key, int Index)> Running =>
        from tenant in _tenants.Values
        from jobs in tenant.Entries.Values
        from index in jobs.Running
        select (tenant.Name, jobs.Key, index);

    public long? NextDue => _tenants.Values.SelectMany(t => t.Entries.Values).SelectMany(j => j.Paused.Values).Min(until => (long?)until);

    public Decision Next(WorkerRoom room, long now)
    {
        EndPauses(now);
        if (_kept.TryGetValue(room.Silo, out (Jobs Jobs, double Charged) kept))
        {
            Jobs jobs = kept.Jobs;
            bool owed = jobs.Kept <= jobs.Due && jobs.Due > 0 && jobs.Tenant.Running < jobs.Tenant.MaxRunning && jobs.Entry!.Memory <= room.TotalMemory && jobs.Entry.DeviceMemory is null;
            if (owed && (room.FreeSlots < 1 || !jobs.Entry!.Fits(room))) return new Decision(DispatchOutcome.KeepsRoom, jobs.Entry);
            RemoveSilo(room.Silo);
            if (owed) return Start(jobs);
        }

        Tenant[] eligible = [.. _tenants.Values.Where(t => t.IsEligible).OrderBy(t => t.VirtualTime).ThenBy(t => t.Name, StringComparer.Ordinal)];
        if (eligible.Length == 0) return new Decision(_tenants.Values.Any(t => t.Due > 0) ? DispatchOutcome.AllAtLimit : DispatchOutcome.NothingWaits);
        if (room.FreeSlots < 1) return new Decision(DispatchOutcome.NoRoom);
        foreach (Tenant tenant in eligible)
        {
            foreach (Jobs jobs in tenant.Queue)
            {
                if (jobs.Entry!.Fits(room))
                {
                    return Start(tenant.Queue.SkipWhile(j => j != jobs).TakeWhile(j => j.Age == jobs.Age).FirstOrDefault(
                        j => j.Entry!.LevelKey is { } key && room.WarmLevels.Contains(key) && j.Entry.Fits(room), jobs));
                }

                if (now - jobs.Since >= 30_000 && jobs.Entry.DeviceMemory is null && jobs.Entry.Memory <= room.TotalMemory
                    && jobs.Kept < jobs.Due && tenant.Running + tenant.Entries.Values.Concat(_kept.Values.Select(k => k.Jobs)).Where(j => j.Tenant == tenant).Distinct().Sum(j => j.Kept) < tenant.MaxRunning)
                {
                    double charged = jobs.Entry.Cost / tenant.Weight;
                    tenant.VirtualTime += charged;
                    jobs.Kept++;
                    _kept[room.Silo] = (jobs, charged);
                    return new Decision(DispatchOutcome.KeepsRoom, jobs.Entry);
                }
            }
        }

        return new Decision(DispatchOutcome.NoRoom);
    }

    public void Configure(string name, int weight, int maxRunning) =>
        Change(name, tenant => (tenant.Weight, tenant.MaxRunning) = (weight, maxRunning));

    public bool Enqueue(QueueEntry entry, bool replace)
    {
        if (Find(entry.Tenant, entry.Key)?.Entry is not null && !replace) return false;
        Change(entry.Tenant, tenant =>
        {
            Jobs jobs = tenant.FindOrAdd(entry.Key);
            jobs.Entry = entry;
            jobs.Returned.IntersectWith(entry.Waiting);
            foreach (int index in jobs.Paused.Keys.Except(entry.Waiting).ToArray()) jobs.Paused.Remove(index);
            jobs.Waiting = [.. entry.Waiting.Except(jobs.Running).Except(jobs.Returned).Except(jobs.Paused.Keys)];
        });
        return true;
    }

    public bool RemoveEntry(string name, string key)
    {
        if (Find(name, key) is not { } jobs) return false;
        Change(name, _ =>
        {
            jobs.Waiting.Clear();
            jobs.Returned.Clear();
            jobs.Paused.Clear();
            jobs.Stopped.UnionWith(jobs.Running);
        });
        return true;
    }

    public bool Cancel(string name, string key, int index)
    {
        if (Find(name, key) is not { } jobs) return false;
        if (jobs.Running.Contains(index)) jobs.Stopped.Add(index);
        bool waited = jobs.Waits(index);
        Change(name, _ => jobs.Unqueue(index));
        return waited;
    }

    public bool Adopt(string name, string key, int index, double cost)
    {
        if (Find(name, key)?.Running.Contains(index) == true) return false;
        Change(name, tenant =>
        {
            if (!tenant.WasEligible) tenant.VirtualTime = Math.Max(tenant.VirtualTime, _virtualTime);
            tenant.VirtualTime += cost / tenant.Weight;
            tenant.FindOrAdd(key).Run(index);
        });
        return true;
    }

    public bool Finished(string name, string key, int index)
    {
        if (Find(name, key) is not { } jobs) return false;
        bool known = jobs.Waits(index) || jobs.Running.Contains(index);
        Change(name, _ =>
        {
            jobs.Unqueue(index);
            jobs.Running.Remove(index);
            jobs.Stopped.Remove(index);
        });
        return known;
    }

    public bool Return(string name, string key, int index, long notBefore, bool refund)
    {
        if (Find(name, key) is not { } jobs || !jobs.Running.Contains(index)) return false;
        bool again = jobs.Entry is not null && !jobs.Stopped.Contains(index);
        Change(name, tenant =>
        {
            if (refund && jobs.Entry is not null) tenant.VirtualTime -= jobs.Entry.Cost / tenant.Weight;
            jobs.Running.Remove(index);
            jobs.Stopped.Remove(index);
            if (again) jobs.Paused[index] = notBefore;
        });
        return again;
    }

    public void RemoveSilo(string silo)
    {
        if (!_kept.Remove(silo, out (Jobs Jobs, double Charged) kept)) return;
        kept.Jobs.Kept--;
        Change(kept.Jobs.Tenant.Name, tenant => tenant.VirtualTime -= kept.Charged);
    }

    public QueueCounts Counts(string name)
    {
        if (!_tenants.TryGetValue(name, out Tenant? tenant)) return default;
        int paused = tenant.Entries.Values.Sum(j => j.Paused.Count);
        return new QueueCounts(tenant.Due + paused, paused, tenant.Running, tenant.Queue.Min(j => (long?)j.Since));
    }

    public int? WaitingAhead(string name, string key)
    {
        if (Find(name, key) is not { Entry: not null } jobs || jobs.Due + jobs.Paused.Count == 0) return null;
        return jobs.Tenant.Queue.Where(j => j.Order.CompareTo(jobs.Order) < 0).Sum(j => j.Due);
    }

    private Jobs? Find(string name, string key) => _tenants.GetValueOrDefault(name)?.Entries.GetValueOrDefault(key);

    private void Change(string name, Action<Tenant> change)
    {
        if (!_tenants.TryGetValue(name, out Tenant? tenant)) _tenants.Add(name, tenant = new Tenant { Name = name });
        tenant.WasEligible = tenant.IsEligible;
        change(tenant);
        foreach (Jobs jobs in tenant.Entries.Values.Where(j => j.Due + j.Paused.Count + j.Running.Count == 0).ToArray()) tenant.Entries.Remove(jobs.Key);
        if (tenant.IsEligible && !tenant.WasEligible) tenant.VirtualTime = Math.Max(tenant.VirtualTime, _virtualTime);
    }

    private void EndPauses(long now)
    {
        foreach (Jobs jobs in _tenants.Values.SelectMany(t => t.Entries.Values).ToArray())
        {
            foreach ((int index, long until) in jobs.Paused.Where(p => p.Value <= now).ToArray())
            {
                Change(jobs.Tenant.Name, _ =>
                {
                    jobs.Paused.Remove(index);
                    jobs.ReturnedSince = jobs.Returned.Count == 0 ? until : Math.Min(until, jobs.ReturnedSince);
                    jobs.Returned.Add(index);
                });
            }
        }
    }

    private Decision Start(Jobs jobs)
    {
        int index = jobs.Returned.Count > 0 ? jobs.Returned.Min() : jobs.Waiting.Min();
        _virtualTime = Math.Max(_virtualTime, jobs.Tenant.VirtualTime);
        Change(jobs.Tenant.Name, tenant =>
        {
            tenant.VirtualTime += jobs.Entry!.Cost / tenant.Weight;
            jobs.Run(index);
        });
        return new Decision(DispatchOutcome.Chosen, jobs.Entry, index);
    }

    private sealed class Tenant
    {
        public required string Name { get; init; }

        public int Weight { get; set; } = 1;

        public int MaxRunning { get; set; } = int.MaxValue;

        public double VirtualTime { get; set; }

        public bool WasEligible { get; set; }

        public Dictionary<string, Jobs> Entries { get; } = [];

        public Jobs[] Queue => [.. Entries.Values.Where(j => j.Due > 0).OrderBy(j => j.Order)];

        public int Due => Entries.Values.Sum(j => j.Due);

        public int Running => Entries.Values.Sum(j => j.Running.Count);

        public bool IsEligible => Due > 0 && Running < MaxRunning;

        public Jobs FindOrAdd(string key)
        {
            if (!Entries.TryGetValue(key, out Jobs? jobs)) Entries.Add(key, jobs = new Jobs { Tenant = this, Key = key });
            return jobs;
        }
    }

    private sealed class Jobs
    {
        public required Tenant Tenant { get; init; }

        public required string Key { get; init; }

        public QueueEntry? Entry { get; set; }

        public HashSet<int> Waiting { get; set; } = [];

        public HashSet<int> Returned { get; } = [];

        public Dictionary<int, long> Paused { get; } = [];

        public HashSet<int> Running { get; } = [];

        public HashSet<int> Stopped { get; } = [];

        public long ReturnedSince { get; set; }

        public int Kept { get; set; }

        public int Due => Waiting.Count + Returned.Count;

        public long Since => Math.Min(Waiting.Count > 0 ? Entry!.Created : long.MaxValue, Returned.Count > 0 ? ReturnedSince : long.MaxValue);

        public (bool, int, long) Age => (Returned.Count == 0, -Entry!.Priority, Entry.Created);

        // Keys of the tests sort alike in every culture.
        public (bool, int, long, string) Order => (Age.Item1, Age.Item2, Age.Item3, Key);

        public bool Waits(int index) => Waiting.Contains(index) || Returned.Contains(index) || Paused.ContainsKey(index);

        public void Unqueue(int index)
        {
            Waiting.Remove(index);
            Returned.Remove(index);
            Paused.Remove(index);
        }

        public void Run(int index)
        {
            Unqueue(index);
            Running.Add(index);
        }
    }
}
