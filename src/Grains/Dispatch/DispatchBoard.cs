using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Indices;

namespace Vgpnn.Grains.Dispatch;

/// <summary>
/// What a dispatcher knows of workers and queues, and the orders that follow from it. A worker's report is the truth about
/// what it runs: an order that its next report does not name was lost, and an unknown one is taken over. Times are
/// milliseconds since 1970. Not thread-safe.
/// </summary>
/// <param name="lease">Milliseconds of silence after which a worker is lost.</param>
internal sealed class DispatchBoard(long lease)
{
    /// <summary>A job that has run this long is released at its next checkpoint when other tenants wait.</summary>
    private const long LongJob = 30_000;

    private const long StopAgain = 500, FencedPause = 500;

    /// <summary>Samples that a device makes together at most.</summary>
    private const int MostTogether = 16;

    private readonly FairShare _share = new();
    private bool _queued;
    private readonly Dictionary<string, QueueOwner> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BoardWorker> _workers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private readonly Dictionary<JobKey, Assignment> _assigned = [];
    private readonly HashSet<Assignment> _adopted = [];
    private readonly Dictionary<JobKey, int> _lostBeside = [];
    private readonly Dictionary<(string Tenant, string Entry), string?> _traces = [];

    /// <summary>Called for every job that failed for good.</summary>
    public Action<JobKey, JobFailure>? OnFailed { get; init; }

    /// <summary>Called for every job whose worker was lost.</summary>
    public Action<JobKey>? OnLost { get; init; }

    /// <summary>Workers that have reported lately.</summary>
    public IEnumerable<BoardWorker> Workers => _workers.Values;

    /// <summary>Tenants that are known.</summary>
    public IEnumerable<QueueOwner> Owners => _owners.Values;

    /// <summary>Whether jobs run that an earlier dispatcher ordered, and that may have been cancelled since.</summary>
    public bool HasAdopted => _adopted.Count > 0;

    /// <summary>Those jobs of a tenant.</summary>
    public IReadOnlyList<Assignment> Adopted(string tenant) => [.. _adopted.Where(a => a.Order.Job.Tenant == tenant)];

    /// <summary>Stops adopted jobs that are not wanted any more.</summary>
    /// <param name="adopted">Jobs of a tenant that were known before its queue was asked for.</param>
    /// <param name="queue">The tenant's queue.</param>
    public void Verify(IReadOnlyList<Assignment> adopted, IReadOnlyList<QueueItem> queue)
    {
        foreach (Assignment assignment in adopted.Where(_adopted.Contains))
        {
            JobKey job = assignment.Order.Job;
            QueueItem? item = queue.FirstOrDefault(i => i.Entry == job.Entry);
            if (item is not null && IndexSet.Parse(item.Indices).Contains(job.Index)) _adopted.Remove(assignment);
            else Stop(assignment);
        }
    }

    /// <summary>Whether anything waits or runs of a tenant.</summary>
    public bool IsBusy(string tenant) => _share.Counts(tenant) is { Waiting: > 0 } or { Running: > 0 };

    /// <summary>Waiting and running jobs of a tenant.</summary>
    public QueueCounts Counts(string tenant) => _share.Counts(tenant);

    /// <summary>Sets a tenant's share.</summary>
    public void Configure(QueueOwner owner)
    {
        _owners[owner.Tenant] = owner;
        _queued = true;
        _share.Configure(owner.Tenant, owner.Weight, owner.MaxRunning);
    }

    /// <summary>Queues an entry.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="item">The entry.</param>
    /// <param name="replace">Whether the entry is new, even if one with its key was removed before.</param>
    public void Enqueue(string tenant, QueueItem item, bool replace)
    {
        _traces[(tenant, item.Entry)] = item.Trace;
        _queued = true;
        _share.Enqueue(
            new QueueEntry
            {
                Tenant = tenant,
                Key = item.Entry,
                Created = item.Created,
                Cost = Math.Max(item.Cost, 1e-3),
                Waiting = IndexSet.Parse(item.Indices),
                Priority = JobKey.Of(tenant, item.Entry, 0).Kind == JobKind.Video ? 1 : 0,
                Memory = item.Memory,
                DeviceMemory = item.DeviceMemory,
                MoreDeviceMemory = item.MoreDeviceMemory,
                LevelKey = item.LevelKey,
            },
            replace);
    }

    /// <summary>Removes an entry, and has its running jobs stopped.</summary>
    public void Remove(string tenant, string entry)
    {
        _share.RemoveEntry(tenant, entry);
        _traces.Remove((tenant, entry));
        foreach (Assignment job in _assigned.Values.Where(a => a.Order.Job.Tenant == tenant && a.Order.Job.Entry == entry).ToArray()) Stop(job);
    }

    /// <summary>Removes one job, and has it stopped if it runs.</summary>
    public void Cancel(string tenant, string entry, int index)
    {
        _share.Cancel(tenant, entry, index);
        if (_assigned.TryGetValue(JobKey.Of(tenant, entry, index), out Assignment? job)) Stop(job);
    }

    /// <summary>Takes a worker's report in.</summary>
    /// <returns>The worker; <c>null</c>: a newer report of it was there before, or its last one.</returns>
    public BoardWorker? Accept(WorkerReport report, long now)
    {
        if (_left.Contains(report.Worker)) return null;
        if (!_workers.TryGetValue(report.Worker, out BoardWorker? worker)) _workers.Add(report.Worker, worker = new BoardWorker());
        if (report.Sequence <= worker.Sequence) return null;
        worker.Supersede(report, now);
        foreach (EndedJob ended in report.Ended) End(worker, ended, now);

        // A job that ends at this moment may be named as running too.
        RunningJob[] named = [.. report.Running.ExceptBy(report.Ended.Select(e => e.Order), r => r.Order)];
        var running = new HashSet<string>(named.Select(r => r.Order), StringComparer.Ordinal);
        foreach (string gone in worker.Stopping.Keys.Where(o => !running.Contains(o)).ToArray()) worker.Stopping.Remove(gone);
        foreach (RunningJob job in named) Confirm(worker, job, now);

        // What was ordered in an answer before this report, and is not named, never arrived.
        foreach (Assignment lost in worker.Orders.Values.Where(a => a.SentIn < report.Sequence && !running.Contains(a.Order.Id)).ToArray())
            PutBack(lost, now, refund: true);
        if (report.Draining) _share.RemoveSilo(report.Worker);
        if (report.Leaving)
        {
            // What it was given since its last report, it does not start any more.
            _left.Add(report.Worker);
            _workers.Remove(report.Worker);
            foreach (Assignment left in worker.Orders.Values.ToArray()) PutBack(left, now, refund: true);
        }

        return worker;
    }

    /// <summary>Puts the jobs of silent workers back.</summary>
    /// <param name="now">Now.</param>
    /// <param name="isDead">Whether a silo is known to be dead; its worker is lost before its lease is over.</param>
    /// <returns>Whether there were any.</returns>
    public bool RemoveLost(long now, Func<SiloAddress, bool>? isDead = null)
    {
        bool any = false;
        foreach ((string id, BoardWorker worker) in _workers
            .Where(w => now - w.Value.Seen > lease || (w.Value.Report.Silo is { } silo && isDead?.Invoke(silo) == true)).ToArray())
        {
            any = true;
            _workers.Remove(id);
            _share.RemoveSilo(id);
            foreach (Assignment job in worker.Orders.Values.ToArray())
            {
                _lostBeside[job.Order.Job] = worker.Orders.Count - 1;
                OnLost?.Invoke(job.Order.Job);
            }

            foreach (Assignment job in worker.Orders.Values.ToArray()) PutBack(job, now, refund: true);
        }

        return any;
    }

    /// <summary>Renews all leases, after this process was suspended and received no reports.</summary>
    public void Forgive(long now)
    {
        foreach (BoardWorker worker in _workers.Values) worker.Seen = now;
    }

    /// <summary>Gives orders to workers with room, one each in turn.</summary>
    /// <param name="now">Now.</param>
    /// <param name="reporting">
    /// The worker that has just reported: the others were asked before, and are asked again only if something was queued since, so
    /// that a report costs the same however many workers there are. <c>null</c>: all.
    /// </param>
    public void Dispatch(long now, BoardWorker? reporting = null)
    {
        bool all = reporting is null || _queued;
        _queued = false;
        List<(string Id, BoardWorker Worker)> open = all
            ? [.. _workers.Where(w => w.Value.TakesOrders).Select(w => (w.Key, w.Value)).OrderByDescending(w => w.Value.FreeSlots)]
            : reporting!.TakesOrders ? [(reporting.Report.Worker, reporting)] : [];
        while (open.Count > 0) open.RemoveAll(w => !TryOrder(w.Id, w.Worker, now));
    }

    /// <summary>Asks long jobs to give way at their next checkpoint where other tenants wait and no slot is free.</summary>
    public void AskToRelease(long now)
    {
        HashSet<string> waiting = [.. _owners.Values.Where(MayStart).Select(o => o.Tenant)];
        if (waiting.Count == 0) return;
        foreach (BoardWorker worker in _workers.Values.Where(w => w.FreeSlots <= 0))
        {
            foreach (Assignment job in worker.Orders.Values)
            {
                if (job.AskedToRelease || now - job.Started < LongJob || !waiting.Any(t => t != job.Order.Job.Tenant)) continue;
                job.AskedToRelease = true;
                worker.Release.Add(job.Order.Id);
            }
        }

        bool MayStart(QueueOwner owner) => _share.Counts(owner.Tenant) is { WaitingSince: not null } jobs && jobs.Running < owner.MaxRunning;
    }

    /// <summary>When a paused job is due; <c>null</c>: none pauses.</summary>
    public long? NextDue(long now) => _share.NextDue(now);

    private bool TryOrder(string id, BoardWorker worker, long now)
    {
        if (worker.FreeSlots <= 0 && !worker.MayKeepRoom) return false;
        WorkerRoom room = worker.Room(id);
        Decision decision = _share.Next(room, now);
        if (decision.Outcome != DispatchOutcome.Chosen) return false;
        QueueEntry entry = decision.Entry!;

        // One that was lost with its worker may be why: it takes no others with it again.
        bool suspect = _lostBeside.ContainsKey(JobKey.Of(entry.Tenant, entry.Key, decision.Index));
        IndexSet more = suspect ? IndexSet.Empty : _share.TakeMore(entry, entry.FitTogether(room, MostTogether) - 1);
        string? batch = more.Count > 0 ? NewId.Make() : null;
        Order(worker, entry, decision.Index, entry.DeviceMemory, batch, now);
        foreach (int index in more) Order(worker, entry, index, entry.MoreDeviceMemory, batch, now);
        return true;
    }

    private void Order(BoardWorker worker, QueueEntry entry, int index, long? deviceMemory, string? batch, long now)
    {
        var job = JobKey.Of(entry.Tenant, entry.Key, index);
        bool lost = _lostBeside.Remove(job, out int beside);
        var order = new JobOrder
        {
            Id = NewId.Make(),
            Job = job,
            Memory = entry.Memory,
            DeviceMemory = deviceMemory,
            Batch = batch,
            LostBeside = lost ? beside : null,
            QueueTime = Math.Max(0, now - entry.Created),
            Trace = _traces.GetValueOrDefault((entry.Tenant, entry.Key)),
        };
        Assign(worker, new Assignment(order, worker, now));
        worker.Start.Add(order);
    }

    private void End(BoardWorker worker, EndedJob ended, long now)
    {
        JobKey job = ended.Job;
        worker.Stopping.Remove(ended.Order);
        if (!worker.Orders.TryGetValue(ended.Order, out Assignment? assignment))
        {
            // Of an order that another dispatcher gave, or whose job was given to somebody else.
            if (ended.Outcome is JobOutcome.Done or JobOutcome.Failed && !_assigned.ContainsKey(job)) _share.Finished(job.Tenant, job.Entry, job.Index);
            return;
        }

        if (ended.Outcome == JobOutcome.Failed) OnFailed?.Invoke(job, ended.Failure ?? new JobFailure("internal", "the job failed"));
        switch (ended.Outcome)
        {
            case JobOutcome.Done or JobOutcome.Failed:
                Unassign(assignment);
                _share.Finished(job.Tenant, job.Entry, job.Index);
                break;
            case JobOutcome.Retry:
                PutBack(assignment, now + (long)ended.Pause.TotalMilliseconds, refund: false);
                break;
            case JobOutcome.Fenced:
                PutBack(assignment, now + FencedPause, refund: true);
                break;
            default:
                // One that gave way had its turn: without the cost it would come before those that it gave way to.
                PutBack(assignment, now, refund: !assignment.AskedToRelease);
                break;
        }
    }

    private void Confirm(BoardWorker worker, RunningJob running, long now)
    {
        if (worker.Orders.ContainsKey(running.Order)) return;
        if (worker.Stopping.TryGetValue(running.Order, out long told))
        {
            // The answer with the order to stop may have been lost.
            if (now - told >= StopAgain) worker.StopSoon(running.Order, now);
            return;
        }

        JobKey job = running.Job;
        if (_assigned.ContainsKey(job))
        {
            worker.StopSoon(running.Order, now);
            return;
        }

        // An order of a dispatcher that is no more.
        _share.Adopt(job.Tenant, job.Entry, job.Index, cost: 0);
        var adopted = new Assignment(new JobOrder { Id = running.Order, Job = job }, worker, now) { SentIn = 0 };
        Assign(worker, adopted);
        _adopted.Add(adopted);
    }

    private void PutBack(Assignment assignment, long notBefore, bool refund)
    {
        Unassign(assignment);
        _queued = true;
        JobKey job = assignment.Order.Job;
        if (!_share.Return(job.Tenant, job.Entry, job.Index, notBefore, refund)) _share.Finished(job.Tenant, job.Entry, job.Index);
    }

    private void Stop(Assignment assignment)
    {
        JobKey job = assignment.Order.Job;
        bool sent = !assignment.Worker.Start.Contains(assignment.Order);
        Unassign(assignment);
        _share.Finished(job.Tenant, job.Entry, job.Index);
        if (sent) assignment.Worker.StopSoon(assignment.Order.Id, 0);
    }

    private void Assign(BoardWorker worker, Assignment assignment)
    {
        worker.Orders.Add(assignment.Order.Id, assignment);
        _assigned[assignment.Order.Job] = assignment;
    }

    private void Unassign(Assignment assignment)
    {
        assignment.Worker.Orders.Remove(assignment.Order.Id);
        assignment.Worker.Start.Remove(assignment.Order);
        _adopted.Remove(assignment);
        if (_assigned.GetValueOrDefault(assignment.Order.Job) == assignment) _assigned.Remove(assignment.Order.Job);
    }
}
