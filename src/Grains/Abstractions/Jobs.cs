using System.Globalization;

namespace Vgpnn.Grains.Abstractions;

/// <summary>What a job does.</summary>
[GenerateSerializer]
public enum JobKind
{
    /// <summary>Ingests a video.</summary>
    Video,

    /// <summary>Makes a sample.</summary>
    Sample,
}

/// <summary>A unit of scheduled work.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Id">The video's or the request's id.</param>
/// <param name="Index">The sample's index; 0 for a video.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.job-key")]
public readonly record struct JobKey(
    [property: Id(0)] JobKind Kind, [property: Id(1)] string Tenant, [property: Id(2)] string Id, [property: Id(3)] int Index)
{
    /// <summary>A video's ingest.</summary>
    public static JobKey Video(string tenant, string video) => new(JobKind.Video, tenant, video, 0);

    /// <summary>The making of a sample.</summary>
    public static JobKey Sample(string tenant, string request, int index) => new(JobKind.Sample, tenant, request, index);

    /// <summary>What the job's queue entry is called within its tenant: <c>video/ID</c> or <c>request/ID</c>.</summary>
    public string Entry => Kind == JobKind.Video ? VideoEntry(Id) : RequestEntry(Id);

    /// <summary>The entry of a video.</summary>
    public static string VideoEntry(string video) => $"video/{video}";

    /// <summary>The entry of a request.</summary>
    public static string RequestEntry(string request) => $"request/{request}";

    /// <summary>The job of an entry's index.</summary>
    public static JobKey Of(string tenant, string entry, int index)
    {
        ArgumentNullException.ThrowIfNull(entry);
        int slash = entry.IndexOf('/', StringComparison.Ordinal);
        return entry.StartsWith("video/", StringComparison.Ordinal) ? Video(tenant, entry[(slash + 1)..]) : Sample(tenant, entry[(slash + 1)..], index);
    }

    /// <summary><c>video/ID</c> or <c>request/ID/INDEX</c>, as operators read it.</summary>
    public string What => Kind == JobKind.Video ? Entry : string.Create(CultureInfo.InvariantCulture, $"{Entry}/{Index}");

    /// <inheritdoc/>
    public override string ToString() => $"{Tenant}/{What}";
}

/// <summary>The dispatcher's order to a worker to run a job.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.job-order")]
public sealed record JobOrder
{
    /// <summary>Unique; beginning twice with the same id is beginning once.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The job.</summary>
    [Id(1)]
    public required JobKey Job { get; init; }

    /// <summary>Bytes of memory that it needs.</summary>
    [Id(2)]
    public long Memory { get; init; }

    /// <summary>Bytes of device memory that it needs, in a batch beside the others; <c>null</c>: it runs on the CPU.</summary>
    [Id(3)]
    public long? DeviceMemory { get; init; }

    /// <summary>Jobs that were lost together with the job's previous attempt; <c>null</c>: not known.</summary>
    [Id(4)]
    public int? LostBeside { get; init; }

    /// <summary>Milliseconds that it has been queued.</summary>
    [Id(5)]
    public long QueueTime { get; init; }

    /// <summary>W3C trace context of the call that asked for the job.</summary>
    [Id(6)]
    public string? Trace { get; init; }

    /// <summary>Equal for orders of one answer whose samples are made together on the device; <c>null</c>: it is made alone.</summary>
    [Id(7)]
    public string? Batch { get; init; }
}

/// <summary>Why a job is over for its worker.</summary>
[GenerateSerializer]
public enum JobOutcome
{
    /// <summary>Its result is stored, or there was nothing to do.</summary>
    Done,

    /// <summary>It cannot be done.</summary>
    Failed,

    /// <summary>It was cancelled or replaced by another attempt.</summary>
    Fenced,

    /// <summary>It stopped at a checkpoint, to be continued by another worker.</summary>
    Released,

    /// <summary>An error that may not happen again; it is retried after a pause.</summary>
    Retry,

    /// <summary>The worker had no room for it.</summary>
    Declined,
}

/// <summary>Whether a begun job is to be run.</summary>
[GenerateSerializer]
public enum JobDecision
{
    /// <summary>Run it.</summary>
    Run,

    /// <summary>Its result exists already, or it was cancelled.</summary>
    Over,

    /// <summary>It failed for good, for example because it crashed too often.</summary>
    Failed,
}

/// <summary>How an error of a job is dealt with.</summary>
/// <param name="Failed">Whether the job has failed for good.</param>
/// <param name="Pause">The pause before the next attempt, if there is one.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.job-error")]
public readonly record struct JobErrorDecision([property: Id(0)] bool Failed, [property: Id(1)] TimeSpan Pause);

/// <summary>A failure with a stable code.</summary>
/// <param name="Code">Kebab case.</param>
/// <param name="Message">One sentence.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.failure")]
public sealed record JobFailure([property: Id(0)] string Code, [property: Id(1)] string Message);

/// <summary>A blob that a message or a state names: what a reader must find.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its content, in lower-case hexadecimal.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.stored-blob")]
public sealed record StoredBlob([property: Id(0)] string Key, [property: Id(1)] long Bytes, [property: Id(2)] string Sha256);
