namespace Vgpnn.Grains.Abstractions;

/// <summary>
/// Hands jobs of one backend to workers by weighted fair share. Its memory is rebuilt from the workers' reports and the
/// tenants' queues, so that losing its activation loses nothing. Key: the backend.
/// </summary>
[Alias("vgpnn.dispatcher")]
public interface IDispatcherGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that the tenant's queue is looked at until it is empty. Called before anything is queued.</summary>
    Task Announce(QueueOwner owner);

    /// <summary>Queues a request or a video; one that is queued already keeps its place.</summary>
    Task Enqueue(QueueOwner owner, QueueItem item);

    /// <summary>Applies new limits of a tenant.</summary>
    Task Configure(QueueOwner owner);

    /// <summary>Removes an entry, and stops what runs of it.</summary>
    Task Remove(QueueOwner owner, string entry);

    /// <summary>Removes one index of an entry, and stops it where it runs.</summary>
    Task Cancel(QueueOwner owner, string entry, int index);

    /// <summary>
    /// A worker's report of what it runs and has room for. Returns at once when there is something to do, else after
    /// <see cref="WorkerReport.Wait"/>; a newer report of the same worker ends the wait of the older one.
    /// </summary>
    Task<WorkerOrders> Report(WorkerReport report);

    /// <summary>Workers, queues and recent failures.</summary>
    Task<DispatcherStatus> Status();
}

/// <summary>A tenant as the dispatcher knows it.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.queue-owner")]
public sealed record QueueOwner : ITenantMessage
{
    /// <inheritdoc/>
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>The tenant's name.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Fair-share weight, 1 to 1000.</summary>
    [Id(2)]
    public int Weight { get; init; } = 1;

    /// <summary>Jobs at once in the whole cluster.</summary>
    [Id(3)]
    public int MaxRunning { get; init; } = int.MaxValue;
}

/// <summary>A request or a video that waits, whole.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.queue-item")]
public sealed record QueueItem
{
    /// <summary><see cref="JobKey.Entry"/>.</summary>
    [Id(0)]
    public required string Entry { get; init; }

    /// <summary>When it was submitted, in milliseconds since 1970.</summary>
    [Id(1)]
    public long Created { get; init; }

    /// <summary>The indices that are not over, as <see cref="Indices.IndexSet"/> writes them.</summary>
    [Id(2)]
    public required string Indices { get; init; }

    /// <summary>Bytes of memory for one job.</summary>
    [Id(3)]
    public long Memory { get; init; }

    /// <summary>Bytes of device memory for one job; <c>null</c>: it runs on the CPU.</summary>
    [Id(4)]
    public long? DeviceMemory { get; init; }

    /// <summary>Cost of one job, in estimated seconds.</summary>
    [Id(5)]
    public double Cost { get; init; }

    /// <summary>Equal for samples that share their levels; <c>null</c>: none.</summary>
    [Id(6)]
    public string? LevelKey { get; init; }

    /// <summary>W3C trace context of the call that asked for it.</summary>
    [Id(7)]
    public string? Trace { get; init; }

    /// <summary>Bytes of device memory for each further job that is made together with one; <c>null</c>: jobs are made alone.</summary>
    [Id(8)]
    public long? MoreDeviceMemory { get; init; }
}

/// <summary>What a worker runs and has room for.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.worker-report")]
public sealed record WorkerReport
{
    /// <summary>The worker's id, fresh for every process.</summary>
    [Id(0)]
    public required string Worker { get; init; }

    /// <summary>Grows with every report of the worker.</summary>
    [Id(1)]
    public long Sequence { get; init; }

    /// <summary>The program's version.</summary>
    [Id(2)]
    public required string Version { get; init; }

    /// <summary>Jobs at once.</summary>
    [Id(3)]
    public int Slots { get; init; }

    /// <summary>Jobs that it takes now.</summary>
    [Id(4)]
    public int FreeSlots { get; init; }

    /// <summary>Bytes of memory for jobs.</summary>
    [Id(5)]
    public long Memory { get; init; }

    /// <summary>Those that are free.</summary>
    [Id(6)]
    public long FreeMemory { get; init; }

    /// <summary>Bytes of device memory for a job; <c>null</c>: it has no device.</summary>
    [Id(7)]
    public long? DeviceMemory { get; init; }

    /// <summary>Those that are free; <c>null</c>: none.</summary>
    [Id(8)]
    public long? FreeDeviceMemory { get; init; }

    /// <summary>Whether it takes no more jobs.</summary>
    [Id(9)]
    public bool Draining { get; init; }

    /// <summary>What it runs: the truth.</summary>
    [Id(10)]
    public IReadOnlyList<RunningJob> Running { get; init; } = [];

    /// <summary>Jobs that ended since the last report that was answered.</summary>
    [Id(11)]
    public IReadOnlyList<EndedJob> Ended { get; init; } = [];

    /// <summary>Level keys whose levels it holds.</summary>
    [Id(12)]
    public IReadOnlyList<string> Warm { get; init; } = [];

    /// <summary>How long the answer may take.</summary>
    [Id(13)]
    public TimeSpan Wait { get; init; }

    /// <summary>Whether this is the worker's last report.</summary>
    [Id(14)]
    public bool Leaving { get; init; }

    /// <summary>The worker's silo; <c>null</c> if the worker is not a silo of the cluster.</summary>
    [Id(15)]
    public SiloAddress? Silo { get; init; }
}

/// <summary>A job that a worker runs.</summary>
/// <param name="Order">The order's id.</param>
/// <param name="Job">The job.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.running-job")]
public sealed record RunningJob([property: Id(0)] string Order, [property: Id(1)] JobKey Job);

/// <summary>A job that is over for its worker.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.ended-job")]
public sealed record EndedJob
{
    /// <summary>The order's id.</summary>
    [Id(0)]
    public required string Order { get; init; }

    /// <summary>The job.</summary>
    [Id(1)]
    public required JobKey Job { get; init; }

    /// <summary>Why it is over.</summary>
    [Id(2)]
    public JobOutcome Outcome { get; init; }

    /// <summary>The pause before the next attempt (<see cref="JobOutcome.Retry"/>).</summary>
    [Id(3)]
    public TimeSpan Pause { get; init; }

    /// <summary>Why it failed (<see cref="JobOutcome.Failed"/>).</summary>
    [Id(4)]
    public JobFailure? Failure { get; init; }
}

/// <summary>What a worker is to do.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.worker-orders")]
public sealed record WorkerOrders
{
    /// <summary>Jobs to start.</summary>
    [Id(0)]
    public IReadOnlyList<JobOrder> Start { get; init; } = [];

    /// <summary>Orders to stop at once.</summary>
    [Id(1)]
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Orders to release at their next checkpoint, because other tenants wait.</summary>
    [Id(2)]
    public IReadOnlyList<string> Release { get; init; } = [];
}

/// <summary>A dispatcher's view of its backend.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.dispatcher-status")]
public sealed record DispatcherStatus
{
    /// <summary>Workers that have reported lately.</summary>
    [Id(0)]
    public IReadOnlyList<WorkerStatus> Workers { get; init; } = [];

    /// <summary>Tenants with waiting or running jobs.</summary>
    [Id(1)]
    public IReadOnlyList<QueueStatus> Queues { get; init; } = [];

    /// <summary>The last failures, newest first.</summary>
    [Id(2)]
    public IReadOnlyList<FailureStatus> Failures { get; init; } = [];
}

/// <summary>A worker as its dispatcher sees it.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.worker-status")]
public sealed record WorkerStatus
{
    /// <summary>The last report.</summary>
    [Id(0)]
    public required WorkerReport Report { get; init; }

    /// <summary>Milliseconds since the last report.</summary>
    [Id(1)]
    public long Silent { get; init; }
}

/// <summary>What waits and runs of a tenant.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.queue-status")]
public sealed record QueueStatus
{
    /// <summary>The tenant's id.</summary>
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>The tenant's name.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Jobs that wait.</summary>
    [Id(2)]
    public long Waiting { get; init; }

    /// <summary>Jobs that run.</summary>
    [Id(3)]
    public int Running { get; init; }

    /// <summary>Milliseconds that the oldest entry has waited; 0: nothing waits.</summary>
    [Id(4)]
    public long Oldest { get; init; }
}

/// <summary>A job that failed for good.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.failure-status")]
public sealed record FailureStatus
{
    /// <summary>The tenant's name.</summary>
    [Id(0)]
    public required string TenantName { get; init; }

    /// <summary><see cref="JobKey.What"/>.</summary>
    [Id(1)]
    public required string What { get; init; }

    /// <summary>Why.</summary>
    [Id(2)]
    public required JobFailure Failure { get; init; }
}
