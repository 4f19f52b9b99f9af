namespace Vgpnn.Grains.Contracts;

/// <summary>Where a video is in its life.</summary>
public enum VideoState
{
    /// <summary>It is stored, and waits to be looked at.</summary>
    Ingesting,

    /// <summary>It can be used.</summary>
    Ready,

    /// <summary>It cannot be used.</summary>
    Failed,

    /// <summary>It is gone for its owner; its bytes go when no request reads them any more.</summary>
    Deleted,
}

/// <summary>A video that a tenant stored.</summary>
public sealed record VideoStatus
{
    /// <summary>Its id.</summary>
    public required string VideoId { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string ContentHash { get; init; }

    /// <summary>What its owner calls it: data, never a path.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is in its life.</summary>
    public VideoState State { get; init; }

    /// <summary>Frames; null until it is ready.</summary>
    public int? Frames { get; init; }

    /// <summary>Rows.</summary>
    public int? Height { get; init; }

    /// <summary>Columns.</summary>
    public int? Width { get; init; }

    /// <summary>Frames per second.</summary>
    public string? FrameRate { get; init; }

    /// <summary>The blob of its file.</summary>
    public required string OriginalKey { get; init; }

    /// <summary>The blob of its first frame.</summary>
    public string? ThumbnailKey { get; init; }

    /// <summary>Bytes of its file.</summary>
    public long Bytes { get; init; }

    /// <summary>What was said about it when it was taken in, a sentence a line.</summary>
    public string? Notices { get; init; }

    /// <summary>When it was stored, in milliseconds since 1970.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When it is deleted by itself, in milliseconds since 1970; null: not, or not yet known.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>When anything of this changed last.</summary>
    public long ChangedAt { get; init; }

    /// <summary>Why it cannot be used, as a code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Why it cannot be used.</summary>
    public string? Error { get; init; }
}
