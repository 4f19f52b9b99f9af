namespace Vgpnn.Contracts;

/// <summary>Where a video is in its life.</summary>
public enum VideoState
{
    /// <summary>It is stored, and waits to be looked at.</summary>
    Ingesting,

    /// <summary>It can be used.</summary>
    Ready,

    /// <summary>It cannot be used; its error says why.</summary>
    Failed,
}

/// <summary>A video that was uploaded.</summary>
public sealed record Video
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What its owner calls it: data, never a path.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required VideoState State { get; init; }

    /// <summary>Frames, rows and columns; null until it is ready.</summary>
    public Size? Size { get; init; }

    /// <summary>Frames per second, such as 25 or 30000/1001; null until it is ready.</summary>
    public string? FrameRate { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Sentences that its owner should read: bit depth lost, frames resampled.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>Why it cannot be used.</summary>
    public Failure? Error { get; init; }

    /// <summary>When it was uploaded.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it is deleted by itself; null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Where to find more.</summary>
    public required VideoLinks Links { get; init; }
}

/// <summary>Addresses of a video, relative to the server.</summary>
/// <param name="Self">The video's description.</param>
/// <param name="Content">The file as it was uploaded; takes ranges.</param>
/// <param name="Preview">The video as every browser plays it, mp4; null until it is ready.</param>
/// <param name="Poster">Its first frame as a WebP picture; null until it is ready.</param>
public sealed record VideoLinks(string Self, string Content, string? Preview = null, string? Poster = null);
