using Vgpnn.Synthesis.Options;

namespace Vgpnn.Grains.Abstractions;

/// <summary>A request: its settings and plan, and how far its samples have come. Key: tenant and request id.</summary>
[Alias("vgpnn.request")]
public interface IRequestGrain : ITenantOwned
{
    /// <summary>Submits the request. Submitting the same again gives the request that is there.</summary>
    /// <exception cref="GrainException">An input is missing or not ready, a quota is reached, or another request has this key.</exception>
    Task<RequestStatus> Submit(NewRequest request);

    /// <summary>The request and how far it has come.</summary>
    /// <exception cref="GrainException"><c>not-found</c>.</exception>
    Task<RequestStatus> Get();

    /// <summary>Cancels all samples that are not over. Repeating it changes nothing.</summary>
    /// <exception cref="GrainException"><c>not-found</c>.</exception>
    Task<RequestStatus> Cancel();

    /// <summary>Cancels what is left, and removes the request with all that was made.</summary>
    /// <exception cref="GrainException"><c>not-found</c>.</exception>
    Task Delete();

    /// <summary>A sample.</summary>
    /// <exception cref="GrainException"><c>not-found</c>.</exception>
    Task<SampleStatus> GetSample(int index);

    /// <summary>Samples that were begun or are over, by index.</summary>
    /// <param name="after">The last index of the previous page; −1: from the first.</param>
    /// <param name="limit">Maximum number.</param>
    Task<IReadOnlyList<SampleStatus>> ListSamples(int after, int limit);

    /// <summary>Cancels a sample that is not over.</summary>
    /// <exception cref="GrainException"><c>not-found</c>.</exception>
    Task<SampleStatus> CancelSample(int index);

    /// <summary>Changes after a version; see <see cref="ITenantGrain.Changes"/>.</summary>
    Task<ChangeBatch> Changes(long? after, TimeSpan wait);

    /// <summary>What the dispatcher queues; <c>null</c>: nothing is left to do.</summary>
    Task<QueueItem?> Queue();

    /// <summary>Finishes what an earlier activation left half done; <c>false</c>: there is no such request.</summary>
    Task<bool> Tend();

    /// <summary>A worker begins a sample. Returns what to do; <c>null</c> if the sample was cancelled or deleted.</summary>
    Task<RequestWork?> Began(int index);

    /// <summary>A sample's progress; not stored.</summary>
    Task Progress(SampleStatus sample);

    /// <summary>A sample's worker was lost; the sample is queued again.</summary>
    Task Requeued(int index);

    /// <summary>Counts a sample that is over. Repeating it changes nothing.</summary>
    /// <returns>Whether the request has it in this state; <c>false</c>: it was over in another state before.</returns>
    Task<bool> Collect(SampleStatus sample);

    /// <summary>The stored state, for <c>silo check</c>.</summary>
    Task<RequestExamination> Examine();
}

/// <summary>An input of a request.</summary>
/// <param name="Role">Its role.</param>
/// <param name="VideoId">The video.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.request-input")]
public sealed record RequestInput([property: Id(0)] InputRole Role, [property: Id(1)] string VideoId);

/// <summary>An input as the request keeps it.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.used-input")]
public sealed record UsedInput
{
    /// <summary>Its role.</summary>
    [Id(0)]
    public InputRole Role { get; init; }

    /// <summary>The video.</summary>
    [Id(1)]
    public required string VideoId { get; init; }

    /// <summary>The owner's name for it.</summary>
    [Id(2)]
    public required string Name { get; init; }

    /// <summary>Its file.</summary>
    [Id(3)]
    public required StoredBlob File { get; init; }
}

/// <summary>A request as it is submitted.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.new-request")]
public sealed record NewRequest
{
    /// <summary>Its inputs.</summary>
    [Id(0)]
    public required IReadOnlyList<RequestInput> Inputs { get; init; }

    /// <summary>Its settings, as <see cref="RequestSettings"/> writes them.</summary>
    [Id(1)]
    public required string Settings { get; init; }

    /// <summary>What a sample takes.</summary>
    [Id(2)]
    public required RequestPlan Plan { get; init; }

    /// <summary>Number of samples.</summary>
    [Id(3)]
    public required int Samples { get; init; }

    /// <summary>The seed; <c>null</c>: drawn at submission.</summary>
    [Id(4)]
    public ulong? Seed { get; init; }

    /// <summary>Where the end of the request is told; <c>null</c>: nowhere.</summary>
    [Id(5)]
    public string? Webhook { get; init; }

    /// <summary>W3C trace context of the call.</summary>
    [Id(6)]
    public string? Trace { get; init; }
}

/// <summary>What a sample of a request takes.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.request-plan")]
public sealed record RequestPlan
{
    /// <summary>The backend that makes the samples.</summary>
    [Id(0)]
    public required string Backend { get; init; }

    /// <summary>Bytes of memory at the peak.</summary>
    [Id(1)]
    public long Memory { get; init; }

    /// <summary>Bytes of device memory; <c>null</c>: it runs on the CPU.</summary>
    [Id(2)]
    public long? DeviceMemory { get; init; }

    /// <summary>Cost, in units of about a second.</summary>
    [Id(3)]
    public double Cost { get; init; }

    /// <summary>Equal for requests that share their levels.</summary>
    [Id(4)]
    public required string LevelKey { get; init; }

    /// <summary>Levels.</summary>
    [Id(5)]
    public int Levels { get; init; }

    /// <summary>Frames of a sample.</summary>
    [Id(6)]
    public int Frames { get; init; }

    /// <summary>Rows of a sample.</summary>
    [Id(7)]
    public int Height { get; init; }

    /// <summary>Columns of a sample.</summary>
    [Id(8)]
    public int Width { get; init; }

    /// <summary>Bytes of device memory for each further sample that is made together with one; <c>null</c>: samples are made alone.</summary>
    [Id(9)]
    public long? MoreDeviceMemory { get; init; }

    /// <summary>Voxels of a sample.</summary>
    public long Voxels => (long)Frames * Height * Width;
}

/// <summary>What a worker needs of a request to make a sample.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.request-work")]
public sealed record RequestWork
{
    /// <summary>The request's settings.</summary>
    [Id(0)]
    public required string Settings { get; init; }

    /// <summary>The seed of the whole set.</summary>
    [Id(1)]
    public ulong Seed { get; init; }

    /// <summary>The backend that makes the samples.</summary>
    [Id(2)]
    public required string Backend { get; init; }

    /// <summary>Equal for samples that share their levels.</summary>
    [Id(3)]
    public required string LevelKey { get; init; }

    /// <summary>Its inputs.</summary>
    [Id(4)]
    public required IReadOnlyList<UsedInput> Inputs { get; init; }
}

/// <summary>A request and how far it has come.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.request-status")]
public sealed record RequestStatus
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required string RequestId { get; init; }

    /// <summary>Its settings.</summary>
    [Id(1)]
    public required string Settings { get; init; }

    /// <summary>Its plan.</summary>
    [Id(2)]
    public required RequestPlan Plan { get; init; }

    /// <summary>Its inputs.</summary>
    [Id(3)]
    public required IReadOnlyList<UsedInput> Inputs { get; init; }

    /// <summary>The seed of the whole set.</summary>
    [Id(4)]
    public ulong Seed { get; init; }

    /// <summary>Samples in all.</summary>
    [Id(5)]
    public int Samples { get; init; }

    /// <summary>Samples that were made.</summary>
    [Id(6)]
    public int Succeeded { get; init; }

    /// <summary>Samples that failed.</summary>
    [Id(7)]
    public int Failed { get; init; }

    /// <summary>Samples that were cancelled.</summary>
    [Id(8)]
    public int Cancelled { get; init; }

    /// <summary>Samples that run.</summary>
    [Id(9)]
    public int Running { get; init; }

    /// <summary>When it was submitted, in milliseconds since 1970.</summary>
    [Id(10)]
    public long CreatedAt { get; init; }

    /// <summary>When its last sample was over; <c>null</c>: it is active.</summary>
    [Id(11)]
    public long? FinishedAt { get; init; }

    /// <summary>Whether all samples are over.</summary>
    public bool IsFinished => FinishedAt is not null;
}

/// <summary>A request's stored state.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.request-examination")]
public sealed record RequestExamination
{
    /// <summary>Whether it exists.</summary>
    [Id(0)]
    public bool Exists { get; init; }

    /// <summary>Whether it is being deleted.</summary>
    [Id(1)]
    public bool Deleting { get; init; }

    /// <summary>Whether all samples are over.</summary>
    [Id(2)]
    public bool Finished { get; init; }

    /// <summary>Whether its end has been reported to all grains concerned.</summary>
    [Id(3)]
    public bool Settled { get; init; }

    /// <summary>Samples in all.</summary>
    [Id(4)]
    public int Samples { get; init; }

    /// <summary>Indices that succeeded.</summary>
    [Id(5)]
    public string Succeeded { get; init; } = "";

    /// <summary>Indices that failed.</summary>
    [Id(6)]
    public string Failed { get; init; } = "";

    /// <summary>Indices that were cancelled.</summary>
    [Id(7)]
    public string Cancelled { get; init; } = "";

    /// <summary>Bytes of its blobs.</summary>
    [Id(8)]
    public long Bytes { get; init; }
}
