namespace Vgpnn.Contracts;

/// <summary>A sample and how far it has come.</summary>
public sealed record Sample
{
    /// <summary>Its request.</summary>
    public required string Request { get; init; }

    /// <summary>Its number in the request, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required WorkState State { get; init; }

    /// <summary>Part of its work that is done, 0 to 1.</summary>
    public required double Fraction { get; init; }

    /// <summary>The finest level that can be looked at, 0 being the finest; null: none yet.</summary>
    public int? Level { get; init; }

    /// <summary>Frames of the preview; null: there is none.</summary>
    public int? PreviewFrames { get; init; }

    /// <summary>Hash of the decoded frames; null: it is not there yet.</summary>
    public string? FramesSha256 { get; init; }

    /// <summary>Seconds that its last turn took; null: it is not there yet.</summary>
    public double? Seconds { get; init; }

    /// <summary>Why it cannot be made.</summary>
    public Failure? Error { get; init; }

    /// <summary>When anything of this changed last.</summary>
    public required DateTimeOffset Changed { get; init; }

    /// <summary>When it came to its end; null: it has not.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>Where to find more.</summary>
    public required SampleLinks Links { get; init; }
}

/// <summary>Addresses of a sample, relative to the server.</summary>
/// <param name="Self">The sample.</param>
/// <param name="Preview">The finest finished level as a WebP picture, its frames one below the other; null: no level is finished, or the video is.</param>
/// <param name="Video">The video, mp4; takes ranges; null: it is not there yet.</param>
/// <param name="Field">Where each patch came from, as colours; null: it is not there yet.</param>
/// <param name="Scores">What the sample scores against its input; null: it is not there yet.</param>
public sealed record SampleLinks(string Self, string? Preview = null, string? Video = null, string? Field = null, string? Scores = null);
