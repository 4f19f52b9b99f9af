using System.Globalization;
using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Grains.Samples;

/// <summary>A sample's stored state.</summary>
internal sealed record SampleData
{
    /// <summary>Its attempts.</summary>
    public JobLedger Job { get; init; } = new();

    /// <summary>The final state; <c>null</c>: it is not over.</summary>
    public SampleState? Outcome { get; init; }

    /// <summary>Part of its work that is done, 0 to 1.</summary>
    public double Fraction { get; init; }

    /// <summary>The level of the checkpoint.</summary>
    public int? Level { get; init; }

    /// <summary>The last checkpoint.</summary>
    public StoredBlob? Checkpoint { get; init; }

    /// <summary>The last preview.</summary>
    public SamplePreview? Preview { get; init; }

    /// <summary>The result.</summary>
    public SampleResult? Result { get; init; }

    /// <summary>Why it failed.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>When anything of this changed last, in milliseconds since 1970.</summary>
    public long ChangedAt { get; init; }

    /// <summary>When it was over.</summary>
    public long? FinishedAt { get; init; }

    /// <summary>Whether the sample was ever begun or cancelled.</summary>
    public bool Exists => ChangedAt > 0;

    /// <summary>The sample over, in its final state.</summary>
    public SampleData Over(SampleState outcome) => this with { Outcome = outcome, Job = Job.Close(), ChangedAt = UnixTime.Now, FinishedAt = UnixTime.Now };

    /// <summary>The state as it is told.</summary>
    /// <param name="key">The grain's key.</param>
    public SampleStatus Status(string key)
    {
        string[] parts = key.Split('/');
        return new SampleStatus
        {
            RequestId = parts[1],
            SampleIndex = int.Parse(parts[2], CultureInfo.InvariantCulture),
            State = Outcome ?? (Job.Open ? SampleState.Running : SampleState.Queued),
            Fraction = Fraction,
            Level = Level,
            Checkpoint = Checkpoint,
            Preview = Preview,
            Result = Result,
            Failure = Failure,
            ChangedAt = ChangedAt,
            FinishedAt = FinishedAt,
            Attempt = Job.Attempt,
        };
    }
}
