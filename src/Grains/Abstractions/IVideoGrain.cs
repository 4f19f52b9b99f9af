namespace Vgpnn.Grains.Abstractions;

/// <summary>
/// A video that a tenant uploaded; a job ingests it. Key: tenant and video id, which is the first half of the content's
/// SHA-256, so that the same content is one video of a tenant.
/// </summary>
[Alias("vgpnn.video")]
public interface IVideoGrain : ITenantOwned
{
    /// <summary>Enters an uploaded file. Where the content is known the video stays as it is, and the file is not needed.</summary>
    /// <exception cref="GrainException"><c>quota-…</c>: a limit of the tenant is reached; the file is not needed.</exception>
    Task<StoredVideo> Store(NewVideo video);

    /// <summary>The video.</summary>
    /// <exception cref="GrainException"><c>not-found</c>: it does not exist, or was deleted.</exception>
    Task<VideoStatus> Get();

    /// <summary>The video, including a deleted one; <c>null</c>: there never was one.</summary>
    Task<VideoStatus?> GetAny();

    /// <summary>Deletes the video. Its file stays until no active request uses it.</summary>
    /// <exception cref="GrainException"><c>not-found</c>.</exception>
    Task Delete();

    /// <summary>Keeps the file for a request until <see cref="Unuse"/>.</summary>
    /// <exception cref="GrainException"><c>not-found</c>, <c>video-not-ready</c> or <c>video-failed</c>.</exception>
    Task<VideoStatus> Use(string request);

    /// <summary>The request does not need the file any more.</summary>
    Task Unuse(string request);

    /// <summary>What the dispatcher queues; <c>null</c>: nothing waits.</summary>
    Task<QueueItem?> Queue();

    /// <summary>Finishes what an earlier activation left half done; <c>false</c>: there is nothing of this video.</summary>
    Task<bool> Tend();

    /// <summary>Begins an attempt of the ingest job.</summary>
    Task<VideoJob> Begin(JobOrder order, int beside);

    /// <summary>Ends an attempt with what was found.</summary>
    /// <exception cref="GrainException"><c>fenced</c>: the attempt was replaced.</exception>
    Task End(int attempt, IngestResult result);

    /// <summary>Ends an attempt with an error.</summary>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="failure">Why.</param>
    /// <param name="final">Whether another attempt would be in vain.</param>
    /// <exception cref="GrainException"><c>fenced</c>: the attempt was replaced.</exception>
    Task<JobErrorDecision> Fail(int attempt, JobFailure failure, bool final);

    /// <summary>Gives an attempt up without blame.</summary>
    Task Release(int attempt);
}

/// <summary>An uploaded file.</summary>
/// <param name="Name">The owner's name for it: data, never a path.</param>
/// <param name="File">The file.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.new-video")]
public sealed record NewVideo([property: Id(0)] string Name, [property: Id(1)] StoredBlob File);

/// <summary>An entered file.</summary>
/// <param name="Video">The video.</param>
/// <param name="Taken">Whether the file is the video's now; else it is not needed.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.stored-video")]
public sealed record StoredVideo([property: Id(0)] VideoStatus Video, [property: Id(1)] bool Taken);

/// <summary>State of a video.</summary>
[GenerateSerializer]
public enum VideoState
{
    /// <summary>Stored; its ingest waits or runs.</summary>
    Ingesting,

    /// <summary>It can be used.</summary>
    Ready,

    /// <summary>It cannot be used.</summary>
    Failed,

    /// <summary>Deleted by its owner; its file goes when no active request uses it.</summary>
    Deleted,
}

/// <summary>A video.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.video-status")]
public sealed record VideoStatus
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required string VideoId { get; init; }

    /// <summary>The owner's name for it: data, never a path.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Its state.</summary>
    [Id(2)]
    public VideoState State { get; init; }

    /// <summary>What the ingest found; <c>null</c> until it is ready.</summary>
    [Id(3)]
    public IngestResult? Result { get; init; }

    /// <summary>The uploaded file.</summary>
    [Id(4)]
    public required StoredBlob File { get; init; }

    /// <summary>When it was uploaded, in milliseconds since 1970.</summary>
    [Id(5)]
    public long CreatedAt { get; init; }

    /// <summary>When anything of this changed last.</summary>
    [Id(6)]
    public long ChangedAt { get; init; }

    /// <summary>Why it cannot be used.</summary>
    [Id(7)]
    public JobFailure? Failure { get; init; }
}

/// <summary>What the ingest of a video found.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.ingest-result")]
public sealed record IngestResult
{
    /// <summary>Frames.</summary>
    [Id(0)]
    public int Frames { get; init; }

    /// <summary>Rows.</summary>
    [Id(1)]
    public int Height { get; init; }

    /// <summary>Columns.</summary>
    [Id(2)]
    public int Width { get; init; }

    /// <summary>Frames per second.</summary>
    [Id(3)]
    public required string FrameRate { get; init; }

    /// <summary>The first frame as a picture.</summary>
    [Id(4)]
    public required StoredBlob Thumbnail { get; init; }

    /// <summary>Sentences that the owner should read.</summary>
    [Id(5)]
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>A begun attempt of an ingest job.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.video-job")]
public sealed record VideoJob
{
    /// <summary>Whether it is to be run.</summary>
    [Id(0)]
    public JobDecision Decision { get; init; }

    /// <summary>The attempt's number.</summary>
    [Id(1)]
    public int Attempt { get; init; }

    /// <summary>The owner's name for the file.</summary>
    [Id(2)]
    public string Name { get; init; } = "";

    /// <summary>The file.</summary>
    [Id(3)]
    public StoredBlob? File { get; init; }

    /// <summary>Why it failed (<see cref="JobDecision.Failed"/>).</summary>
    [Id(4)]
    public JobFailure? Failure { get; init; }
}
