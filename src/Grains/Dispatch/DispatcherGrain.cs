using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Dispatch;

/// <summary>A dispatcher's stored state. Queues and workers are not: they are asked for.</summary>
internal sealed record DispatcherData
{
    /// <summary>Tenants that have, or lately had, something in the queue.</summary>
    public ImmutableSortedDictionary<string, QueueOwner> Tenants { get; init; } = ImmutableSortedDictionary.Create<string, QueueOwner>(StringComparer.Ordinal);

    /// <summary>The last failures, newest first.</summary>
    public ImmutableList<FailureStatus> Failures { get; init; } = [];
}

/// <inheritdoc cref="IDispatcherGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed partial class DispatcherGrain : Grain, IDispatcherGrain
{
    private const int MaxFailures = 50, Parallel = 32;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(20), SyncPause = TimeSpan.FromSeconds(1);

    /// <summary>A tenant without work stays in the stored set for this long, so that one who comes and goes is not written each time.</summary>
    private static readonly TimeSpan KeepTenants = TimeSpan.FromMinutes(2);

    /// <summary>A queue that was read before an entry was removed may still name it.</summary>
    private static readonly TimeSpan KeepRemoved = TimeSpan.FromMinutes(1);

    private readonly GroupCommit<DispatcherData> _data;
    private readonly GrainSettings _settings;
    private readonly ILogger<DispatcherGrain> _log;
    private readonly ISiloStatusOracle _silos;
    private readonly DispatchBoard _board;
    private readonly Dictionary<string, long> _busyAt = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Tenant, string Entry), long> _removed = [];
    private readonly List<FailureStatus> _failures = [];
    private long _ready, _synced, _ticked;
    private bool _syncing, _storing;

    public DispatcherGrain(
        [PersistentState("dispatcher")] IPersistentState<DispatcherData> storage, GrainSettings settings, ISiloStatusOracle silos, ILogger<DispatcherGrain> log)
    {
        _silos = silos;
        _data = new GroupCommit<DispatcherData>(storage);
        _settings = settings;
        _log = log;
        _board = new DispatchBoard((long)settings.Lease.TotalMilliseconds) { OnFailed = Failed, OnLost = Lost };
    }

    private static long Now => UnixTime.Now;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // What was running when the last activation was lost is reported by its workers; until then it is not given away.
        _ready = _data.State.Tenants.Count == 0 ? 0 : Stopwatch.GetTimestamp() + (long)(_settings.DispatcherGrace.TotalSeconds * Stopwatch.Frequency);
        foreach (QueueOwner owner in _data.State.Tenants.Values) _board.Configure(owner);
        _ticked = Stopwatch.GetTimestamp();
        this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Tick) { Interleave = true });
        return Task.CompletedTask;
    }

    public async Task Announce(QueueOwner owner)
    {
        _board.Configure(owner);
        _busyAt[owner.Tenant] = Now;

        // Behind a write that may just be removing the tenant.
        await _data.ChangeAsync(data => data.Tenants.TryGetValue(owner.Tenant, out QueueOwner? known) && known == owner ? data
            : data with { Tenants = data.Tenants.SetItem(owner.Tenant, owner) });
    }

    public async Task Enqueue(QueueOwner owner, QueueItem item)
    {
        await Announce(owner);
        _removed.Remove((owner.Tenant, item.Entry));
        _board.Enqueue(owner.Tenant, item, replace: true);
        Dispatch();
    }

    public Task Configure(QueueOwner owner)
    {
        if (_data.State.Tenants.ContainsKey(owner.Tenant)) return Announce(owner);
        return Task.CompletedTask;
    }

    public Task Remove(QueueOwner owner, string entry)
    {
        _removed[(owner.Tenant, entry)] = Now;
        _board.Remove(owner.Tenant, entry);
        Dispatch();
        return Task.CompletedTask;
    }

    public Task Cancel(QueueOwner owner, string entry, int index)
    {
        _board.Cancel(owner.Tenant, entry, index);
        Dispatch();
        return Task.CompletedTask;
    }

    public async Task<WorkerOrders> Report(WorkerReport report)
    {
        if (_board.Accept(report, Now) is not { } worker) return new WorkerOrders();
        Dispatch(worker);
        if (!worker.HasNews) await worker.NewsAsync(report.Wait);
        return worker.Sequence == report.Sequence ? worker.Take() : new WorkerOrders();
    }

    public Task<DispatcherStatus> Status()
    {
        long now = Now;
        return Task.FromResult(new DispatcherStatus
        {
            Workers = [.. _board.Workers.Select(w => new WorkerStatus { Report = w.Report, Silent = Math.Max(0, now - w.Seen) })],
            Queues = [.. _board.Owners.Select(o => (Owner: o, Counts: _board.Counts(o.Tenant))).Where(q => q.Counts.Waiting + q.Counts.Running > 0)
                .Select(q => new QueueStatus
                {
                    Tenant = q.Owner.Tenant,
                    Name = q.Owner.Name,
                    Waiting = q.Counts.Waiting,
                    Running = q.Counts.Running,
                    Oldest = q.Counts.WaitingSince is { } since ? Math.Max(0, now - since) : 0,
                })],
            Failures = [.. _data.State.Failures],
        });
    }

    private void Dispatch(BoardWorker? reporting = null)
    {
        if (Stopwatch.GetTimestamp() >= _ready) _board.Dispatch(Now, reporting);
        foreach (BoardWorker worker in _board.Workers)
            if (worker.HasNews) worker.Wake();
    }

    private Task TickAsync(CancellationToken cancellation)
    {
        CallerContext.ActForCluster();
        long now = Now;
        if (Stopwatch.GetElapsedTime(_ticked) > _settings.Lease / 2) _board.Forgive(now);
        _ticked = Stopwatch.GetTimestamp();
        _board.RemoveLost(now, _silos.IsDeadSilo);
        _board.AskToRelease(now);
        Dispatch();

        // Not awaited: the next tick comes in time, whoever does not answer.
        if (_failures.Count > 0 && !_storing) _ = StoreFailuresAsync();
        if (!_syncing && Stopwatch.GetElapsedTime(_synced) >= (_board.HasAdopted ? SyncPause : SyncInterval)) _ = SyncAsync();
        return Task.CompletedTask;
    }

    /// <summary>Asks tenants for their queued entries; normally the board knows them already.</summary>
    private async Task SyncAsync()
    {
        _syncing = true;
        try
        {
            bool all = true;
            foreach (string[] tenants in _data.State.Tenants.Keys.Chunk(Parallel))
                all &= (await Task.WhenAll(tenants.Select(TrySyncAsync))).All(synced => synced);
            _synced = Stopwatch.GetTimestamp() - (all ? 0 : (long)((SyncInterval - SyncPause).TotalSeconds * Stopwatch.Frequency));
            long now = Now;
            foreach ((string, string) entry in _removed.Where(r => now - r.Value > KeepRemoved.TotalMilliseconds).Select(r => r.Key).ToArray()) _removed.Remove(entry);
            if (_data.State.Tenants.Keys.Any(IsIdle))
                await _data.ChangeAsync(data => data with { Tenants = data.Tenants.RemoveRange(data.Tenants.Keys.Where(IsIdle)) });
        }
        catch (GrainException)
        {
            // Idle tenants are removed another time.
        }
        finally
        {
            _syncing = false;
        }
    }

    private async Task<bool> TrySyncAsync(string tenant)
    {
        try
        {
            IReadOnlyList<Assignment> adopted = _board.Adopted(tenant);
            QueueSnapshot queue = await GrainFactory.Tenant(tenant).Queue(this.GetPrimaryKeyString());
            if (queue.Owner is { } owner) _board.Configure(owner);
            if (queue.Items.Count > 0) _busyAt[tenant] = Now;
            foreach (QueueItem item in queue.Items)
                if (!_removed.ContainsKey((tenant, item.Entry))) _board.Enqueue(tenant, item, replace: false);
            _board.Verify(adopted, queue.Items);
            Dispatch();
            return true;
        }
        catch (Exception e)
        {
            LogSync(_log, this.GetPrimaryKeyString(), tenant, e.Message);
            _busyAt[tenant] = Now;
            return false;
        }
    }

    private bool IsIdle(string tenant) => !_board.IsBusy(tenant) && Now - _busyAt.GetValueOrDefault(tenant, 0) > KeepTenants.TotalMilliseconds;

    private void Failed(JobKey job, JobFailure failure)
    {
        string name = _board.Owners.FirstOrDefault(o => o.Tenant == job.Tenant)?.Name ?? job.Tenant;
        _failures.Add(new FailureStatus { TenantName = name, What = job.What, Failure = failure });
    }

    private void Lost(JobKey job)
    {
        LogLost(_log, job);
        if (job.Kind == JobKind.Sample) _ = RequeuedAsync();

        async Task RequeuedAsync()
        {
            try
            {
                await GrainFactory.Request(job.Tenant, job.Id).Requeued(job.Index);
            }
            catch (Exception)
            {
                // Watchers see it running for a moment longer.
            }
        }
    }

    private async Task StoreFailuresAsync()
    {
        FailureStatus[] fresh = [.. Enumerable.Reverse(_failures)];
        _failures.Clear();
        _storing = true;
        try
        {
            await _data.ChangeAsync(data => data with { Failures = [.. fresh.Concat(data.Failures).Take(MaxFailures)] });
        }
        catch (GrainException)
        {
            _failures.InsertRange(0, Enumerable.Reverse(fresh));
            if (_failures.Count > MaxFailures) _failures.RemoveRange(0, _failures.Count - MaxFailures);
        }
        finally
        {
            _storing = false;
        }
    }

    [LoggerMessage(331, LogLevel.Warning, "The worker of {Job} was lost; the job is queued again")]
    private static partial void LogLost(ILogger log, JobKey job);

    [LoggerMessage(332, LogLevel.Warning, "Dispatcher {Backend}: the queue of tenant {Tenant} could not be read: {Reason}")]
    private static partial void LogSync(ILogger log, string backend, string tenant, string reason);
}
