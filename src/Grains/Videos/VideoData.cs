using System.Collections.Immutable;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Samples;

namespace Vgpnn.Grains.Videos;

/// <summary>A video's stored state.</summary>
internal sealed record VideoData
{
    /// <summary>The owner's name for it.</summary>
    public string Name { get; init; } = "";

    /// <summary>The file; <c>null</c>: there never was such a video.</summary>
    public StoredBlob? File { get; init; }

    /// <summary>Its state.</summary>
    public VideoState State { get; init; }

    /// <summary>What the ingest found.</summary>
    public IngestResult? Result { get; init; }

    /// <summary>Why it cannot be used.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>Attempts of the ingest job.</summary>
    public JobLedger Job { get; init; } = new();

    /// <summary>Active requests that use the file.</summary>
    public ImmutableSortedSet<string> Users { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>W3C trace context of the upload.</summary>
    public string? Trace { get; init; }

    /// <summary>When it was uploaded, in milliseconds since 1970.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When anything of this changed last.</summary>
    public long ChangedAt { get; init; }

    /// <summary>Its place in the tenant's list; <c>null</c>: it is not in it.</summary>
    public long? Place { get; init; }

    /// <summary>Whether the end of its ingest, or its deletion, has been reported to all grains concerned.</summary>
    public bool Settled { get; init; }

    /// <summary>Whether there is such a video for its owner.</summary>
    public bool Exists => File is not null && State != VideoState.Deleted;

    /// <summary>Bytes of its blobs.</summary>
    public long Bytes => (File?.Bytes ?? 0) + (Result?.Thumbnail.Bytes ?? 0);
}
