using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Vgpnn.Contracts;

/// <summary>One of the videos that a request is made of.</summary>
/// <param name="Role">What it is to the request: input, mask, source, content, style or sketch.</param>
/// <param name="Video">The video's id.</param>
/// <remarks>What only answers say may be sent back with a new request, and is not looked at there.</remarks>
public sealed record RequestInput(RequestInputRole Role, string Video)
{
    /// <summary>In answers: what its owner calls it, or did.</summary>
    public string? Name { get; init; }

    /// <summary>In answers: true where it was deleted since.</summary>
    public bool? Deleted { get; init; }
}

/// <summary>A request as it is submitted, or as an estimate is wanted of it.</summary>
public sealed record RequestDraft
{
    /// <summary>What is made of the inputs.</summary>
    public RequestApplication Application { get; init; }

    /// <summary>What it is made of.</summary>
    public required IReadOnlyList<RequestInput> Inputs { get; init; }

    /// <summary>How many samples, 1 to 1,000,000.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>The seed of the whole set, 0 to 18446744073709551615, as a number or a text; null: drawn when the request is made.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public ulong? Seed { get; init; }

    /// <summary>Options of the method and of what is read of the inputs; those that are not given have the application's defaults.</summary>
    public JsonObject? Settings { get; init; }

    /// <summary>Where to tell of the request's end; null: nowhere. An https address.</summary>
    public string? Webhook { get; init; }
}

/// <summary>A request that is made again.</summary>
public sealed record RepeatDraft
{
    /// <summary>The seed; null: a new one is drawn. To get the same samples give the request's own.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public ulong? Seed { get; init; }

    /// <summary>How many samples; null: as many as before.</summary>
    public int? Samples { get; init; }
}

/// <summary>Where a request or a sample is in its life. The last three are for ever.</summary>
public enum WorkState
{
    /// <summary>It waits.</summary>
    Queued,

    /// <summary>A node works on it; of a request: on one of its samples, or some are there already.</summary>
    Running,

    /// <summary>It is there; of a request: all samples are.</summary>
    Succeeded,

    /// <summary>It cannot be made; of a request: at least one sample cannot.</summary>
    Failed,

    /// <summary>It was cancelled; of a request: at least one sample was, and none failed.</summary>
    Cancelled,
}

/// <summary>A request and how far it has come.</summary>
public sealed record Request
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required WorkState State { get; init; }

    /// <summary>What is made of the inputs.</summary>
    public required RequestApplication Application { get; init; }

    /// <summary>What it is made of.</summary>
    public required IReadOnlyList<RequestInput> Inputs { get; init; }

    /// <summary>The seed of the whole set; a text, because it may have more digits than numbers of JavaScript.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public required ulong Seed { get; init; }

    /// <summary>Every option as it is used; it can be sent again.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Samples, by state.</summary>
    public required SampleCounts Samples { get; init; }

    /// <summary>Levels that each sample walks, from coarse to fine.</summary>
    public required int Levels { get; init; }

    /// <summary>The size of every sample.</summary>
    public required Size Output { get; init; }

    /// <summary>Bytes that a sample takes while it is made, at most.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>The tenant's samples that wait ahead of this request's first waiting one; null: none of it waits.</summary>
    public long? QueueAhead { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When its last sample came to its end; null: it has not.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>When it is deleted by itself; null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Where to find more.</summary>
    public required RequestLinks Links { get; init; }
}

/// <summary>Samples by state.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Running">On a node now.</param>
/// <param name="Succeeded">There.</param>
/// <param name="Failed">Cannot be made.</param>
/// <param name="Cancelled">Cancelled.</param>
public sealed record SampleCounts(int Total, int Running, int Succeeded, int Failed, int Cancelled)
{
    /// <summary>Samples that have come to their end.</summary>
    [JsonIgnore]
    public int Ended => Succeeded + Failed + Cancelled;
}

/// <summary>Addresses of a request, relative to the server.</summary>
/// <param name="Self">The request.</param>
/// <param name="Samples">Its samples.</param>
/// <param name="Events">What happens to it, as server-sent events.</param>
/// <param name="Manifest">All that is needed to make the same bits again.</param>
public sealed record RequestLinks(string Self, string Samples, string Events, string Manifest);

/// <summary>What a request would take.</summary>
public sealed record Estimate
{
    /// <summary>Every option as it would be used.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>The size of every sample.</summary>
    public required Size Output { get; init; }

    /// <summary>The pyramid, finest level first.</summary>
    public required IReadOnlyList<EstimatedLevel> Levels { get; init; }

    /// <summary>Bytes that a sample takes while it is made, at most.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Bytes that the roomiest node has for samples; a sample that needs more is never started.</summary>
    public required long NodeBytes { get; init; }

    /// <summary>Seconds for one sample on this cluster's nodes, roughly.</summary>
    public required double SecondsPerSample { get; init; }

    /// <summary>Seconds for all samples once they are begun, with all slots of the cluster, roughly.</summary>
    public required double Seconds { get; init; }

    /// <summary>The tenant's samples that would go first.</summary>
    public required long QueueAhead { get; init; }
}

/// <summary>A level of a plan.</summary>
/// <param name="Index">0 is the finest.</param>
/// <param name="Input">Size of the input at this level.</param>
/// <param name="Output">Size of the output at this level.</param>
/// <param name="Patch">Patch size.</param>
/// <param name="Iterations">Rounds of matching and voting.</param>
public sealed record EstimatedLevel(int Index, Size Input, Size Output, Size Patch, int Iterations);
