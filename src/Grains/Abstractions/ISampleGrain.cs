namespace Vgpnn.Grains.Abstractions;

/// <summary>
/// A sample of a request. Every call of a worker names its attempt, and is refused once the attempt was replaced.
/// Key: tenant, request id and index.
/// </summary>
[Alias("vgpnn.sample")]
public interface ISampleGrain : ITenantOwned
{
    /// <summary>The sample and how far it has come.</summary>
    Task<SampleStatus> Get();

    /// <summary>Begins an attempt. An attempt that is still open counts as crashed.</summary>
    /// <param name="order">The dispatcher's order.</param>
    /// <param name="beside">Other jobs that the worker runs.</param>
    Task<SampleJob> Begin(JobOrder order, int beside);

    /// <summary>Records a checkpoint.</summary>
    /// <returns>The blob that it replaces, which is not needed any more.</returns>
    /// <exception cref="GrainException"><c>fenced</c>: the attempt was replaced.</exception>
    Task<StoredBlob?> Checkpoint(int attempt, int level, double fraction, StoredBlob blob);

    /// <summary>The recorded checkpoint cannot be used.</summary>
    /// <exception cref="GrainException"><c>fenced</c>: the attempt was replaced.</exception>
    Task DropCheckpoint(int attempt);

    /// <summary>Publishes a preview; it is stored with the next change.</summary>
    /// <returns>The blob that it replaces, which is not needed any more.</returns>
    /// <exception cref="GrainException"><c>fenced</c>: the attempt was replaced.</exception>
    Task<StoredBlob?> Preview(int attempt, double fraction, SamplePreview preview);

    /// <summary>Ends an attempt with the sample.</summary>
    /// <exception cref="GrainException"><c>fenced</c>: the attempt was replaced.</exception>
    Task End(int attempt, SampleResult result);

    /// <summary>Ends an attempt with an error.</summary>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="failure">Why.</param>
    /// <param name="final">Whether another attempt would be in vain.</param>
    /// <exception cref="GrainException"><c>fenced</c>: the attempt was replaced.</exception>
    Task<JobErrorDecision> Fail(int attempt, JobFailure failure, bool final);

    /// <summary>Gives an attempt up at its last checkpoint, without blame.</summary>
    Task Release(int attempt);

    /// <summary>Cancels the sample unless it is over; its preview stays.</summary>
    Task<SampleStatus> Cancel();

    /// <summary>Removes the sample's state; its blobs are removed by its request.</summary>
    Task Clear();

    /// <summary>Keys of the blobs that the sample needs, and whether an attempt is open.</summary>
    Task<SampleBlobs> Blobs();
}

/// <summary>State of a sample. The last three are final.</summary>
[GenerateSerializer]
public enum SampleState
{
    /// <summary>Queued, for the first time or to be continued.</summary>
    Queued,

    /// <summary>A worker makes it.</summary>
    Running,

    /// <summary>Made.</summary>
    Succeeded,

    /// <summary>It cannot be made.</summary>
    Failed,

    /// <summary>Cancelled; its preview stays.</summary>
    Cancelled,
}

/// <summary>A small picture of a level.</summary>
/// <param name="Level">The level, 0 the finest.</param>
/// <param name="Frames">Frames, one below the other.</param>
/// <param name="Blob">The picture.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.sample-preview")]
public sealed record SamplePreview([property: Id(0)] int Level, [property: Id(1)] int Frames, [property: Id(2)] StoredBlob Blob);

/// <summary>A made sample.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.sample-result")]
public sealed record SampleResult
{
    /// <summary>The video.</summary>
    [Id(0)]
    public required StoredBlob Video { get; init; }

    /// <summary>SHA-256 of the decoded frames.</summary>
    [Id(1)]
    public required string FramesSha256 { get; init; }

    /// <summary>Where the time of each level went: JSON, as in a manifest.</summary>
    [Id(2)]
    public string? Timings { get; init; }

    /// <summary>Seconds of the attempt that made it.</summary>
    [Id(3)]
    public double Seconds { get; init; }
}

/// <summary>A sample and how far it has come.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.sample-status")]
public sealed record SampleStatus
{
    /// <summary>Its request.</summary>
    [Id(0)]
    public required string RequestId { get; init; }

    /// <summary>Its index, from 0.</summary>
    [Id(1)]
    public int SampleIndex { get; init; }

    /// <summary>Its state.</summary>
    [Id(2)]
    public SampleState State { get; init; }

    /// <summary>Part of its work that is done, 0 to 1.</summary>
    [Id(3)]
    public double Fraction { get; init; }

    /// <summary>The level of the last checkpoint; <c>null</c> without a checkpoint.</summary>
    [Id(4)]
    public int? Level { get; init; }

    /// <summary>The last checkpoint.</summary>
    [Id(5)]
    public StoredBlob? Checkpoint { get; init; }

    /// <summary>The last preview; <c>null</c> before the first one and after the end.</summary>
    [Id(6)]
    public SamplePreview? Preview { get; init; }

    /// <summary>The result; <c>null</c>: it is not there.</summary>
    [Id(7)]
    public SampleResult? Result { get; init; }

    /// <summary>When anything of this changed last, in milliseconds since 1970; 0: it was never begun.</summary>
    [Id(8)]
    public long ChangedAt { get; init; }

    /// <summary>When it was over.</summary>
    [Id(9)]
    public long? FinishedAt { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(10)]
    public JobFailure? Failure { get; init; }

    /// <summary>Number of the last attempt; 0: it was never begun.</summary>
    [Id(11)]
    public int Attempt { get; init; }

    /// <summary>Whether the state is final.</summary>
    public bool IsOver => State is SampleState.Succeeded or SampleState.Failed or SampleState.Cancelled;

    /// <summary>Bytes of its blobs.</summary>
    public long Bytes => (Checkpoint?.Bytes ?? 0) + (Preview?.Blob.Bytes ?? 0) + (Result?.Video.Bytes ?? 0);
}

/// <summary>A begun attempt of a sample.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.sample-job")]
public sealed record SampleJob
{
    /// <summary>Whether it is to be run.</summary>
    [Id(0)]
    public JobDecision Decision { get; init; }

    /// <summary>The attempt's number.</summary>
    [Id(1)]
    public int Attempt { get; init; }

    /// <summary>What to do.</summary>
    [Id(2)]
    public RequestWork? Work { get; init; }

    /// <summary>The checkpoint to continue from.</summary>
    [Id(3)]
    public StoredBlob? Checkpoint { get; init; }

    /// <summary>Why it failed (<see cref="JobDecision.Failed"/>).</summary>
    [Id(4)]
    public JobFailure? Failure { get; init; }
}

/// <summary>Which blobs a sample needs.</summary>
/// <param name="Keys">Their keys.</param>
/// <param name="OpenAttempt">The attempt that may still write; <c>null</c>: none.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.sample-blobs")]
public sealed record SampleBlobs([property: Id(0)] IReadOnlyList<string> Keys, [property: Id(1)] int? OpenAttempt);
