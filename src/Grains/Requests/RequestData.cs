using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Indices;

namespace Vgpnn.Grains.Requests;

/// <summary>A request's stored state: a few kilobytes, however many samples it has.</summary>
internal sealed record RequestData
{
    /// <summary>Settings as JSON; empty: there is no such request.</summary>
    public string Settings { get; init; } = "";

    /// <summary>What a sample takes.</summary>
    public RequestPlan? Plan { get; init; }

    /// <summary>Its inputs.</summary>
    public IReadOnlyList<UsedInput> Inputs { get; init; } = [];

    /// <summary>The seed of the whole set.</summary>
    public ulong Seed { get; init; }

    /// <summary>Samples in all.</summary>
    public int Samples { get; init; }

    /// <summary>Hash of what was submitted.</summary>
    public string BodyHash { get; init; } = "";

    /// <summary>Where its end is told.</summary>
    public string? Webhook { get; init; }

    /// <summary>W3C trace context of its submission.</summary>
    public string? Trace { get; init; }

    /// <summary>When it was submitted, in milliseconds since 1970.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When its last sample was over.</summary>
    public long? FinishedAt { get; init; }

    /// <summary>Samples that were made.</summary>
    public IndexSet Succeeded { get; init; } = IndexSet.Empty;

    /// <summary>Samples that failed.</summary>
    public IndexSet Failed { get; init; } = IndexSet.Empty;

    /// <summary>Samples that were cancelled.</summary>
    public IndexSet Cancelled { get; init; } = IndexSet.Empty;

    /// <summary>Samples from this index on have no state of their own.</summary>
    public int BegunUpTo { get; init; }

    /// <summary>Bytes of the blobs of samples that are over.</summary>
    public long Bytes { get; init; }

    /// <summary>Its place in the tenant's list; <c>null</c>: it is not in it yet.</summary>
    public long? Place { get; init; }

    /// <summary>Whether its end has been reported to all grains concerned.</summary>
    public bool Settled { get; init; }

    /// <summary>Whether it is being deleted.</summary>
    public bool Deleting { get; init; }

    /// <summary>Whether there is such a request for its owner.</summary>
    public bool Exists => Settings.Length > 0 && !Deleting;

    /// <summary>Samples that are over.</summary>
    public int Over => Succeeded.Count + Failed.Count + Cancelled.Count;

    /// <summary>Samples that are not over.</summary>
    public IndexSet Remaining => IndexSet.Range(0, Samples).Except(Succeeded).Except(Failed).Except(Cancelled);

    /// <summary>The final state of a sample; <c>null</c>: it is not over.</summary>
    public SampleState? OutcomeOf(int index) => Succeeded.Contains(index) ? SampleState.Succeeded
        : Failed.Contains(index) ? SampleState.Failed
        : Cancelled.Contains(index) ? SampleState.Cancelled
        : null;

    /// <summary>Counts a sample that is over, unless it is counted already.</summary>
    public RequestData Collect(SampleStatus sample)
    {
        int index = sample.SampleIndex;
        if (!sample.IsOver || OutcomeOf(index) is not null) return this;
        return (sample.State switch
        {
            SampleState.Succeeded => this with { Succeeded = Succeeded.Add(index) },
            SampleState.Failed => this with { Failed = Failed.Add(index) },
            _ => this with { Cancelled = Cancelled.Add(index) },
        } with
        { Bytes = Bytes + sample.Bytes }).Finish();
    }

    /// <summary>Notes the end, once all samples are over.</summary>
    public RequestData Finish() => FinishedAt is null && Over == Samples ? this with { FinishedAt = UnixTime.Now } : this;

    /// <summary>The state as it is told.</summary>
    public RequestStatus Status(string id, int running) => new()
    {
        RequestId = id,
        Settings = Settings,
        Plan = Plan!,
        Inputs = Inputs,
        Seed = Seed,
        Samples = Samples,
        Succeeded = Succeeded.Count,
        Failed = Failed.Count,
        Cancelled = Cancelled.Count,
        Running = running,
        CreatedAt = CreatedAt,
        FinishedAt = FinishedAt,
    };
}
