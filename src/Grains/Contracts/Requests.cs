using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Grains.Contracts;

/// <summary>One of the videos that a request is made of.</summary>
/// <param name="Role">What it is to the request.</param>
/// <param name="VideoId">Which video.</param>
public sealed record RequestInput(InputRole Role, string VideoId);

/// <summary>One of the videos that a request was made of, whether it is still there or not.</summary>
/// <param name="Role">What it is to the request.</param>
/// <param name="VideoId">The video.</param>
/// <param name="Name">What its owner calls it, or did.</param>
/// <param name="Deleted">Whether it was deleted since.</param>
public sealed record KnownInput(InputRole Role, string VideoId, string Name, bool Deleted);

/// <summary>What is wanted of the inputs: the knobs of the method, and what is read of the input.</summary>
public sealed record RequestSettings
{
    /// <summary>The knobs of the method; those left to the program stay null.</summary>
    public required MethodOptions Options { get; init; }

    /// <summary>First frame used, counted from 1; null: from the first.</summary>
    public int? FirstFrame { get; init; }

    /// <summary>Last frame used, counted from 1; null: up to the end.</summary>
    public int? LastFrame { get; init; }

    /// <summary>Height to which higher frames are reduced; null: none.</summary>
    public int? MaxHeight { get; init; }

    /// <summary>The pace of inputs and samples, as <see cref="FrameRate"/> writes it; null: the input's own.</summary>
    public string? FrameRate { get; init; }

    /// <summary>Settings as a request keeps them.</summary>
    /// <exception cref="GrainException">They cannot be read.</exception>
    public static RequestSettings Read(string stored) => SettingsJson.Read(stored);

    /// <summary>What is read of an input in this role; a mask is a still picture or a video, and the range is the input's.</summary>
    public ReadOptions ReadOptions(InputRole role) => new()
    {
        Frames = role.IsSource() || (FirstFrame is null && LastFrame is null) ? null : new FrameRange(FirstFrame ?? 1, LastFrame),
        MaxHeight = MaxHeight,
        Still = role == InputRole.Mask,
    };
}

/// <summary>A request as it is submitted.</summary>
public sealed record NewRequest
{
    /// <summary>What it is made of.</summary>
    public required IReadOnlyList<RequestInput> Inputs { get; init; }

    /// <summary>What is wanted.</summary>
    public required RequestSettings Settings { get; init; }

    /// <summary>How many samples.</summary>
    public required int Samples { get; init; }

    /// <summary>The seed of the whole set; null: drawn at submission.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Submitting again with the same key gives the request that is there already; null: always a new one.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Where to tell of the request's end; null: nowhere.</summary>
    public string? Webhook { get; init; }
}

/// <summary>Where a request is in its life.</summary>
public enum RequestState
{
    /// <summary>Samples are still to come.</summary>
    Active,

    /// <summary>Every sample has come to its end.</summary>
    Finished,
}

/// <summary>A request and how far it has come.</summary>
public sealed record RequestStatus
{
    /// <summary>Its id.</summary>
    public required string RequestId { get; init; }

    /// <summary>Where it is in its life.</summary>
    public RequestState State { get; init; }

    /// <summary>What its samples are computed by (<see cref="Synthesis.EngineClass"/>).</summary>
    public string EngineClass { get; init; } = Synthesis.EngineClass.Cpu;

    /// <summary>The seed of the whole set, an unsigned 64-bit number.</summary>
    public required string Seed { get; init; }

    /// <summary>Samples in all.</summary>
    public int Samples { get; init; }

    /// <summary>Samples that are there.</summary>
    public int Succeeded { get; init; }

    /// <summary>Samples that cannot be made.</summary>
    public int Failed { get; init; }

    /// <summary>Samples that were cancelled.</summary>
    public int Cancelled { get; init; }

    /// <summary>Samples that nodes work on.</summary>
    public int Running { get; init; }

    /// <summary>Its settings as they are stored (<see cref="RequestSettings.Read"/>).</summary>
    public required string Settings { get; init; }

    /// <summary>Levels of its plan.</summary>
    public int Levels { get; init; }

    /// <summary>Frames of a sample.</summary>
    public int Frames { get; init; }

    /// <summary>Rows of a sample.</summary>
    public int Height { get; init; }

    /// <summary>Columns of a sample.</summary>
    public int Width { get; init; }

    /// <summary>Bytes that a sample takes at its peak.</summary>
    public long PeakBytes { get; init; }

    /// <summary>When it was submitted, in milliseconds since 1970.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When it is deleted by itself, in milliseconds since 1970; null: not, or not yet known.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>When its last sample came to its end.</summary>
    public long? FinishedAt { get; init; }

    /// <summary>When anything of this changed last.</summary>
    public long ChangedAt { get; init; }
}

/// <summary>Where a sample is in its life. The last three are for ever.</summary>
public enum SampleState
{
    /// <summary>It waits, for its first time or to be taken up again.</summary>
    Queued,

    /// <summary>A node works on it.</summary>
    Running,

    /// <summary>It is there.</summary>
    Succeeded,

    /// <summary>It cannot be made; its error says why.</summary>
    Failed,

    /// <summary>It was cancelled; the preview that it had stays.</summary>
    Cancelled,
}

/// <summary>A sample and how far it has come.</summary>
public sealed record SampleStatus
{
    /// <summary>Its request.</summary>
    public required string RequestId { get; init; }

    /// <summary>Its number in the request, from 0.</summary>
    public int SampleIndex { get; init; }

    /// <summary>Where it is in its life.</summary>
    public SampleState State { get; init; }

    /// <summary>Part of its work that is done, as far as was told, 0 to 1.</summary>
    public double Fraction { get; init; }

    /// <summary>The last level that is safe; null: none yet.</summary>
    public int? Level { get; init; }

    /// <summary>The blob with that level's output: the checkpoint.</summary>
    public string? CheckpointKey { get; init; }

    /// <summary>The blob with a small picture of a level (<see cref="PreviewStrip"/>); null: there is none, or the video itself is there.</summary>
    public string? PreviewKey { get; init; }

    /// <summary>Which level that is.</summary>
    public int? PreviewLevel { get; init; }

    /// <summary>How many frames it shows, one below the other.</summary>
    public int? PreviewFrames { get; init; }

    /// <summary>The blob with the video.</summary>
    public string? VideoKey { get; init; }

    /// <summary>Hash of the decoded frames (<see cref="Clip.ContentHash"/>).</summary>
    public string? FramesSha256 { get; init; }

    /// <summary>Where the time of each level went: JSON, as in a manifest.</summary>
    public string? Timings { get; init; }

    /// <summary>Seconds of the turn that finished it.</summary>
    public double? Seconds { get; init; }

    /// <summary>When anything of this changed last, in milliseconds since 1970; 0: it has no row yet.</summary>
    public long ChangedAt { get; init; }

    /// <summary>When it came to its end.</summary>
    public long? FinishedAt { get; init; }

    /// <summary>Why it failed, as a code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}
