using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Requests;
using Vgpnn.Grains.Storage;
using Vgpnn.Synthesis.Backends;

namespace Vgpnn.Grains.Tenants;

/// <inheritdoc cref="ITenantGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed partial class TenantGrain : Grain, ITenantGrain, IDisposable
{
    private const int MaxLivingKeys = 2, FeedCapacity = 4_000, Parallel = 32;

    /// <summary>An admission without its request is taken back after this time: the request's submission broke off.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(1);

    private readonly GroupCommit<TenantData> _data;
    private readonly ILogger<TenantGrain> _log;
    private readonly ChangeFeed _feed;
    private readonly Dictionary<string, EntryUpdate> _live = [];
    private readonly SerialQueue _addingKeys = new();
    private IGrainTimer? _refresh;

    public TenantGrain([PersistentState("tenant")] IPersistentState<TenantData> storage, IHostApplicationLifetime life, ILogger<TenantGrain> log)
    {
        _data = new GroupCommit<TenantData>(storage);
        _feed = new ChangeFeed(FeedCapacity, life.ApplicationStopping);
        _log = log;
    }

    private string Id => this.GetPrimaryKeyString();

    private TenantData Data => _data.State;

    private QueueOwner Owner => new() { Tenant = Id, Name = Data.Name, Weight = Data.Limits.Weight, MaxRunning = Data.Limits.MaxRunning };

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Counts and progress were lost with the last activation.
        if (Data.Active.Count + Data.Deleting.Count > 0)
            _refresh = this.RegisterGrainTimer(RefreshAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true });
        return Task.CompletedTask;
    }

    public async Task<TenantStatus> Create(string name, TenantLimits limits)
    {
        if (Data.Name.Length > 0 && Data.Place is not null) throw new GrainException("name-taken", "there is a tenant of this name");
        bool created = await _data.ChangeAsync<bool>(data => data.Name.Length > 0 ? (data, false) : (data with { Name = name, Limits = limits }, true));
        long place = await GrainFactory.Tenants().Add(new CatalogRow { Id = Id, Text = name });
        created = await _data.ChangeAsync<bool>(data => data.Place is not null ? (data, false) : (data with { Place = place }, true));
        return created ? Status : throw new GrainException("name-taken", "there is a tenant of this name");
    }

    public Task<TenantStatus> Get()
    {
        ThrowIfMissing();
        return Task.FromResult(Status);
    }

    public async Task<TenantStatus> SetLimits(TenantLimits limits)
    {
        ThrowIfMissing();
        await _data.ChangeAsync(data => data.Limits == limits ? data : data with { Limits = limits });
        await Task.WhenAll(Backends.All.Select(b => GrainFactory.Dispatcher(b).Configure(Owner)));
        return Status;
    }

    public async Task<string> WebhookSecret()
    {
        ThrowIfMissing();
        if (Data.WebhookSecret is null)
        {
            string fresh = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
            await _data.ChangeAsync(data => data.WebhookSecret is null ? data with { WebhookSecret = fresh } : data);
        }

        return Data.WebhookSecret!;
    }

    public Task<KeyStatus> AddKey(NewKeyRecord key) => _addingKeys.RunAsync(async () =>
    {
        ThrowIfMissing();
        Dictionary<string, KeyRecord?> known = (await RecordsAsync()).ToDictionary(r => r.Id, r => r.Record);
        await _data.ChangeAsync(data =>
        {
            // One whose creation broke off has no record, and gives its place back.
            ImmutableList<string> keys = data.Keys.RemoveAll(id => known.TryGetValue(id, out KeyRecord? record) && record is null);
            int living = keys.Count(id => known.GetValueOrDefault(id)?.Status.RevokedAt is null);
            if (keys.Contains(key.KeyId)) return data;
            return living < MaxLivingKeys ? data with { Keys = keys.Add(key.KeyId) }
                : throw new GrainException("quota-keys", $"a tenant has at most {MaxLivingKeys} keys", "revoke one first");
        });
        return await GrainFactory.ApiKey(key.KeyId).Create(Id, key);
    });

    public async Task<IReadOnlyList<KeyStatus>> Keys()
    {
        ThrowIfMissing();
        return [.. (await RecordsAsync()).Select(r => r.Record).OfType<KeyRecord>().Select(r => r.Status)];
    }

    public async Task<QueueOwner> Admit(Admission admission)
    {
        ThrowIfMissing();

        // First: a queue that its dispatcher does not know would wait for ever.
        await GrainFactory.Dispatcher(admission.Backend).Announce(Owner);
        await _data.ChangeAsync(data =>
        {
            if (data.Active.ContainsKey(admission.Entry)) return data;
            CheckQuotas(data, admission);
            return data with
            {
                Active = data.Active.SetItem(admission.Entry, new ActiveEntry(admission.Backend, admission.Jobs, admission.Bytes, admission.Created)),
                Deleting = data.Deleting.Remove(admission.Entry),
            };
        });
        return Owner;
    }

    public async Task Retract(string entry)
    {
        _live.Remove(entry);
        await _data.ChangeAsync(data => data.Active.ContainsKey(entry) ? data with { Active = data.Active.Remove(entry) } : data);
    }

    public async Task Settle(string entry, long bytes)
    {
        await _data.ChangeAsync(data => data.Active.ContainsKey(entry)
            ? data with { Active = data.Active.Remove(entry), SettledBytes = data.SettledBytes + bytes }
            : data);
        _live.Remove(entry);
    }

    public async Task BeginDelete(string entry, long bytes)
    {
        await _data.ChangeAsync(data =>
        {
            if (data.Deleting.Contains(entry)) return data;
            TenantData next = data with { Deleting = data.Deleting.Add(entry) };
            return data.Active.ContainsKey(entry)
                ? next with { Active = data.Active.Remove(entry) }
                : next with { SettledBytes = Math.Max(0, data.SettledBytes - bytes) };
        });
        _live.Remove(entry);
    }

    public Task EndDelete(string entry) =>
        _data.ChangeAsync(data => data.Deleting.Contains(entry) ? data with { Deleting = data.Deleting.Remove(entry) } : data);

    public Task Publish(EntryUpdate update)
    {
        if (Data.Active.ContainsKey(update.Entry)) _live[update.Entry] = update with { Changes = [] };
        _feed.Add(update.Changes);
        return Task.CompletedTask;
    }

    public async Task<QueueSnapshot> Queue(string backend)
    {
        if (Data.Name.Length == 0) return new QueueSnapshot();
        var items = new List<QueueItem>();
        foreach (string[] entries in Data.Active.Where(e => e.Value.Backend == backend).Select(e => e.Key).Chunk(Parallel))
            items.AddRange((await Task.WhenAll(entries.Select(ItemAsync))).OfType<QueueItem>());
        return new QueueSnapshot { Owner = Owner, Items = items };
    }

    public Task<long?> WaitingAhead(string entry)
    {
        if (!Data.Active.TryGetValue(entry, out ActiveEntry? own) || Waiting(entry, own) == 0) return Task.FromResult<long?>(null);
        long ahead = Data.Active
            .Where(e => e.Key != entry && e.Value.Backend == own.Backend && (e.Value.Created, e.Key).CompareTo((own.Created, entry)) < 0)
            .Sum(e => Waiting(e.Key, e.Value));
        return Task.FromResult<long?>(ahead);
    }

    public Task<ChangeBatch> Changes(long? after, TimeSpan wait) => _feed.AfterAsync(after, wait);

    public async Task Tend()
    {
        CallerContext.ActForCluster();
        long now = UnixTime.Now;
        foreach ((string entry, ActiveEntry active) in Data.Active)
            if (!await TendAsync(entry) && now - active.Created > Abandoned.TotalMilliseconds) await Retract(entry);
        foreach (string entry in Data.Deleting)
            if (!await TendAsync(entry)) await EndDelete(entry);
    }

    public Task<TenantExamination> Examine() => Task.FromResult(new TenantExamination
    {
        Exists = Data.Name.Length > 0,
        Active = [.. Data.Active.Keys],
        Deleting = [.. Data.Deleting],
        SettledBytes = Data.SettledBytes,
    });

    public void Dispose() => _addingKeys.Dispose();

    private TenantStatus Status
    {
        get
        {
            long running = _live.Values.Sum(l => (long)l.Running);
            return new TenantStatus
            {
                TenantId = Id,
                Name = Data.Name,
                Limits = Data.Limits,
                Queued = Unfinished(Data) - running,
                Running = running,
                BytesStored = Bytes(Data),
            };
        }
    }

    private Task<(string Id, KeyRecord? Record)[]> RecordsAsync() =>
        Task.WhenAll(Data.Keys.Select(async id => (id, await GrainFactory.ApiKey(id).Find())));

    private async Task RefreshAsync(CancellationToken cancellation)
    {
        try
        {
            await Tend();
        }
        catch (Exception e)
        {
            LogRefresh(_log, Id, e.Message);
        }

        _refresh?.Dispose();
    }

    private Task<bool> TendAsync(string entry)
    {
        var job = JobKey.Of(Id, entry, 0);
        return job.Kind == JobKind.Video ? GrainFactory.Video(Id, job.Id).Tend() : GrainFactory.Request(Id, job.Id).Tend();
    }

    private Task<QueueItem?> ItemAsync(string entry)
    {
        var job = JobKey.Of(Id, entry, 0);
        return job.Kind == JobKind.Video ? GrainFactory.Video(Id, job.Id).Queue() : GrainFactory.Request(Id, job.Id).Queue();
    }

    private void CheckQuotas(TenantData data, Admission admission)
    {
        TenantLimits limits = data.Limits;
        long unfinished = Unfinished(data);
        if (unfinished + admission.Jobs > limits.MaxQueued)
        {
            throw new GrainException(
                "quota-queued", $"the tenant already has {unfinished} queued or running samples, and {admission.Jobs} more would exceed its limit of {limits.MaxQueued}",
                "wait for some to finish, or cancel some");
        }

        long left = limits.MaxBytes - Bytes(data);
        if (left <= 0) throw new GrainException("quota-bytes", $"all of the {limits.MaxBytes} bytes are used", "delete videos or requests");
        if (admission.Bytes > left)
            throw new GrainException("quota-bytes", $"the file has {admission.Bytes} bytes, and {left} are left", "delete videos or requests");
        if (admission.Voxels > limits.MaxVoxels / Math.Max(1, admission.Jobs))
        {
            throw new GrainException(
                "quota-voxels", $"the request's output has more than {limits.MaxVoxels} voxels", "ask for fewer samples, fewer frames or a smaller size");
        }
    }

    private long Unfinished(TenantData data) => data.Active.Sum(e => _live.TryGetValue(e.Key, out EntryUpdate? live) ? live.Waiting + (long)live.Running : e.Value.Jobs);

    private long Bytes(TenantData data) => data.SettledBytes + data.Active.Sum(e => _live.TryGetValue(e.Key, out EntryUpdate? live) ? live.Bytes : e.Value.Bytes);

    private long Waiting(string entry, ActiveEntry active) => _live.TryGetValue(entry, out EntryUpdate? live) ? live.Waiting : active.Jobs;

    private void ThrowIfMissing()
    {
        if (Data.Name.Length == 0) throw GrainException.NotFound("tenant");
    }

    [LoggerMessage(311, LogLevel.Warning, "Tenant {Tenant}: what an earlier activation left could not be finished: {Reason}")]
    private static partial void LogRefresh(ILogger log, string tenant, string reason);
}

/// <summary>Names of backends.</summary>
public static class Backends
{
    /// <summary>All backends that have a dispatcher.</summary>
    public static IReadOnlyList<string> All { get; } = [BackendName.Cpu, BackendName.Gpu];
}

/// <summary>Ids of tenants.</summary>
public static class TenantIds
{
    /// <summary>The id of the tenant with this name: two of one name are one.</summary>
    public static string Of(string name) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"tenant:{name}")))[..32];
}
