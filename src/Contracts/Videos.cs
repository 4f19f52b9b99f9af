namespace Vgpnn.Contracts;

/// <summary>State of a video.</summary>
public enum VideoState
{
    /// <summary>The video is stored, and is being checked.</summary>
    Ingesting,

    /// <summary>The video can be used.</summary>
    Ready,

    /// <summary>The video cannot be used; see its error.</summary>
    Failed,
}

/// <summary>An uploaded video.</summary>
public sealed record Video
{
    /// <summary>Id of the video.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the video; never used as a path.</summary>
    public required string Name { get; init; }

    /// <summary>State of the video.</summary>
    public required VideoState State { get; init; }

    /// <summary>Size; <c>null</c> until the video is ready.</summary>
    public Size? Size { get; init; }

    /// <summary>Frame rate, such as 25 or 30000/1001; <c>null</c> until the video is ready.</summary>
    public string? FrameRate { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Notices, such as a reduced bit depth or resampled frames.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>Reason why the video cannot be used.</summary>
    public Failure? Error { get; init; }

    /// <summary>Time of the upload.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Time of automatic deletion; <c>null</c> for none.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>URLs of related resources.</summary>
    public required VideoLinks Links { get; init; }
}

/// <summary>URLs of a video, relative to the server.</summary>
/// <param name="Self">The video itself.</param>
/// <param name="Content">The uploaded file, with range requests.</param>
/// <param name="Preview">The video in a format that all browsers play (mp4); <c>null</c> until the video is ready.</param>
/// <param name="Poster">The first frame as a WebP image; <c>null</c> until the video is ready.</param>
public sealed record VideoLinks(string Self, string Content, string? Preview = null, string? Poster = null);
