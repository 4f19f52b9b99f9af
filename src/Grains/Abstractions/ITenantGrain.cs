namespace Vgpnn.Grains.Abstractions;

/// <summary>A tenant: limits, usage, keys, what is active of it, and the changes that its watchers wait for. Key: the tenant's id.</summary>
[Alias("vgpnn.tenant")]
public interface ITenantGrain : ITenantOwned
{
    /// <summary>Creates the tenant.</summary>
    /// <exception cref="GrainException"><c>name-taken</c>: it exists.</exception>
    Task<TenantStatus> Create(string name, TenantLimits limits);

    /// <summary>The tenant and what it uses.</summary>
    /// <exception cref="GrainException"><c>not-found</c>.</exception>
    Task<TenantStatus> Get();

    /// <summary>Sets new limits. Jobs that run go on.</summary>
    /// <exception cref="GrainException"><c>not-found</c>.</exception>
    Task<TenantStatus> SetLimits(TenantLimits limits);

    /// <summary>What the tenant's webhooks are signed with; made when it is first asked for.</summary>
    Task<string> WebhookSecret();

    /// <summary>Adds an API key; its grain is created by this call.</summary>
    /// <exception cref="GrainException"><c>quota-keys</c>: the tenant has as many living keys as it may have.</exception>
    Task<KeyStatus> AddKey(NewKeyRecord key);

    /// <summary>All keys, including revoked ones, oldest first.</summary>
    Task<IReadOnlyList<KeyStatus>> Keys();

    /// <summary>Admits a request or an upload against the quotas, and counts it from now on. Repeating it changes nothing.</summary>
    /// <exception cref="GrainException"><c>quota-…</c>: a limit is reached.</exception>
    Task<QueueOwner> Admit(Admission admission);

    /// <summary>Takes back an admission that led to nothing.</summary>
    Task Retract(string entry);

    /// <summary>The entry has nothing left to do; its bytes are counted on until it is deleted. Repeating it changes nothing.</summary>
    Task Settle(string entry, long bytes);

    /// <summary>The entry is being deleted: its bytes are no longer counted. Repeating it changes nothing.</summary>
    Task BeginDelete(string entry, long bytes);

    /// <summary>The entry is gone.</summary>
    Task EndDelete(string entry);

    /// <summary>Reports changes of an entry; nothing of it is stored.</summary>
    Task Publish(EntryUpdate update);

    /// <summary>What waits for a backend, for a dispatcher that has lost its memory.</summary>
    Task<QueueSnapshot> Queue(string backend);

    /// <summary>Samples of the tenant that go before an entry; <c>null</c>: nothing of the entry waits.</summary>
    Task<long?> WaitingAhead(string entry);

    /// <summary>Changes after a version; waits for the first one.</summary>
    /// <param name="after">The version that the caller has seen; <c>null</c>: it starts to watch.</param>
    /// <param name="wait">The longest wait, at most 20 s.</param>
    Task<ChangeBatch> Changes(long? after, TimeSpan wait);

    /// <summary>Finishes what an earlier activation left half done. Called from time to time.</summary>
    Task Tend();

    /// <summary>The stored state, for <c>silo check</c>.</summary>
    Task<TenantExamination> Examine();
}

/// <summary>What a tenant may use.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.tenant-limits")]
public sealed record TenantLimits
{
    /// <summary>Fair-share weight: a tenant of weight 2 gets twice as much as one of weight 1. 1 to 1000.</summary>
    [Id(0)]
    public int Weight { get; init; } = 1;

    /// <summary>Jobs at once in the whole cluster.</summary>
    [Id(1)]
    public int MaxRunning { get; init; } = 1_000;

    /// <summary>Queued and running samples and videos.</summary>
    [Id(2)]
    public long MaxQueued { get; init; } = 100_000;

    /// <summary>Bytes of videos, checkpoints and results.</summary>
    [Id(3)]
    public long MaxBytes { get; init; } = 100L << 30;

    /// <summary>Pixels × frames × samples of one request's output.</summary>
    [Id(4)]
    public long MaxVoxels { get; init; } = 1_000_000_000_000;

    /// <summary>Hours after which videos and finished requests are deleted; 0: never.</summary>
    [Id(5)]
    public int RetentionHours { get; init; }

    /// <summary>Calls of the API per minute and key.</summary>
    [Id(6)]
    public int RequestsPerMinute { get; init; } = 6_000;
}

/// <summary>A tenant and what it uses.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.tenant-status")]
public sealed record TenantStatus
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required string TenantId { get; init; }

    /// <summary>Its name.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>What it may use.</summary>
    [Id(2)]
    public required TenantLimits Limits { get; init; }

    /// <summary>Samples and videos that wait.</summary>
    [Id(3)]
    public long Queued { get; init; }

    /// <summary>Samples and videos that run.</summary>
    [Id(4)]
    public long Running { get; init; }

    /// <summary>Bytes of its blobs.</summary>
    [Id(5)]
    public long BytesStored { get; init; }
}

/// <summary>A request or an upload that asks to be admitted.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.admission")]
public sealed record Admission
{
    /// <summary><see cref="JobKey.Entry"/>.</summary>
    [Id(0)]
    public required string Entry { get; init; }

    /// <summary>The backend that it runs on.</summary>
    [Id(1)]
    public required string Backend { get; init; }

    /// <summary>Jobs.</summary>
    [Id(2)]
    public int Jobs { get; init; }

    /// <summary>Voxels of the output of one job.</summary>
    [Id(3)]
    public long Voxels { get; init; }

    /// <summary>Bytes that are stored already.</summary>
    [Id(4)]
    public long Bytes { get; init; }

    /// <summary>When it was submitted, in milliseconds since 1970.</summary>
    [Id(5)]
    public long Created { get; init; }
}

/// <summary>What changed of an entry.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.entry-update")]
public sealed record EntryUpdate
{
    /// <summary><see cref="JobKey.Entry"/>.</summary>
    [Id(0)]
    public required string Entry { get; init; }

    /// <summary>Jobs that wait.</summary>
    [Id(1)]
    public int Waiting { get; init; }

    /// <summary>Jobs that run.</summary>
    [Id(2)]
    public int Running { get; init; }

    /// <summary>Bytes of its blobs.</summary>
    [Id(3)]
    public long Bytes { get; init; }

    /// <summary>Changes for those who watch, in their order.</summary>
    [Id(4)]
    public IReadOnlyList<Change> Changes { get; init; } = [];
}

/// <summary>A change for those who watch: one of the three is set.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.change")]
public sealed record Change
{
    /// <summary>Set once the change has its place in a list of changes.</summary>
    [Id(0)]
    public long Version { get; init; }

    /// <summary>A video.</summary>
    [Id(1)]
    public VideoStatus? Video { get; init; }

    /// <summary>A request.</summary>
    [Id(2)]
    public RequestStatus? Request { get; init; }

    /// <summary>A sample.</summary>
    [Id(3)]
    public SampleStatus? Sample { get; init; }

    /// <summary>What a later change of the same thing replaces.</summary>
    public string Subject => Video is not null ? $"video/{Video.VideoId}" : Request is not null ? $"request/{Request.RequestId}"
        : Sample is not null ? JobKey.Sample("", Sample.RequestId, Sample.SampleIndex).What : "";
}

/// <summary>Changes after a version.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.change-batch")]
public sealed record ChangeBatch
{
    /// <summary>What to ask for next.</summary>
    [Id(0)]
    public long Version { get; init; }

    /// <summary>Whether changes between the asked and this version are not known any more, or the caller starts.</summary>
    [Id(1)]
    public bool Reset { get; init; }

    /// <summary>The changes, oldest first; the last one of each thing.</summary>
    [Id(2)]
    public IReadOnlyList<Change> Changes { get; init; } = [];
}

/// <summary>What waits of a tenant.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.queue-snapshot")]
public sealed record QueueSnapshot
{
    /// <summary>The tenant; <c>null</c>: it does not exist.</summary>
    [Id(0)]
    public QueueOwner? Owner { get; init; }

    /// <summary>Its entries.</summary>
    [Id(1)]
    public IReadOnlyList<QueueItem> Items { get; init; } = [];
}

/// <summary>A tenant's stored state.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.tenant-examination")]
public sealed record TenantExamination
{
    /// <summary>Whether it exists.</summary>
    [Id(0)]
    public bool Exists { get; init; }

    /// <summary>Entries that are not settled.</summary>
    [Id(1)]
    public IReadOnlyList<string> Active { get; init; } = [];

    /// <summary>Entries that are being deleted.</summary>
    [Id(2)]
    public IReadOnlyList<string> Deleting { get; init; } = [];

    /// <summary>Bytes of settled entries.</summary>
    [Id(3)]
    public long SettledBytes { get; init; }
}
