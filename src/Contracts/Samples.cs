namespace Vgpnn.Contracts;

/// <summary>A sample and its progress.</summary>
public sealed record Sample
{
    /// <summary>Id of the request.</summary>
    public required string Request { get; init; }

    /// <summary>Index in the request, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>State of the sample.</summary>
    public required WorkState State { get; init; }

    /// <summary>Completed fraction, 0 to 1.</summary>
    public required double Fraction { get; init; }

    /// <summary>Index of the last finished level; 0 is the finest. <c>null</c> if no level is finished.</summary>
    public int? Level { get; init; }

    /// <summary>Number of frames of the preview; <c>null</c> without a preview.</summary>
    public int? PreviewFrames { get; init; }

    /// <summary>Hash of the decoded frames; <c>null</c> until the sample succeeds.</summary>
    public string? FramesSha256 { get; init; }

    /// <summary>Run time of the last attempt, in seconds; <c>null</c> until the sample succeeds.</summary>
    public double? Seconds { get; init; }

    /// <summary>Reason of the failure.</summary>
    public Failure? Error { get; init; }

    /// <summary>Time of the last change.</summary>
    public required DateTimeOffset Changed { get; init; }

    /// <summary>Time when the sample succeeded, failed or was cancelled; <c>null</c> before that.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>URLs of related resources.</summary>
    public required SampleLinks Links { get; init; }
}

/// <summary>URLs of a sample, relative to the server.</summary>
/// <param name="Self">The sample itself.</param>
/// <param name="Preview">The last finished level as a WebP image, with its frames stacked vertically; <c>null</c> before the first level and after the last.</param>
/// <param name="Video">The video (mp4), with range requests; <c>null</c> until the sample succeeds.</param>
/// <param name="Field">The source map; <c>null</c> until the sample succeeds.</param>
/// <param name="Scores">Scores relative to the input; <c>null</c> until the sample succeeds.</param>
public sealed record SampleLinks(string Self, string? Preview = null, string? Video = null, string? Field = null, string? Scores = null);
