using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Vgpnn.Contracts;

/// <summary>An input of a request.</summary>
/// <param name="Role">Role of the input: input, mask, source, content, style or sketch.</param>
/// <param name="Video">The video's id.</param>
/// <remarks>Members that only responses contain may be sent with a new request; they are ignored.</remarks>
public sealed record RequestInput(RequestInputRole Role, string Video)
{
    /// <summary>In responses: name of the video.</summary>
    public string? Name { get; init; }

    /// <summary>In responses: <c>true</c> if the video was deleted.</summary>
    public bool? Deleted { get; init; }
}

/// <summary>A request to submit or to estimate.</summary>
public sealed record RequestDraft
{
    /// <summary>The application.</summary>
    public RequestApplication Application { get; init; }

    /// <summary>The inputs.</summary>
    public required IReadOnlyList<RequestInput> Inputs { get; init; }

    /// <summary>Number of samples, 1 to 1,000,000.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Seed of all samples, 0 to 18446744073709551615, as a number or a string; <c>null</c> for a random seed.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public ulong? Seed { get; init; }

    /// <summary>Options of the method and the inputs. Options that are not given have the application's defaults.</summary>
    public JsonObject? Settings { get; init; }

    /// <summary>The https URL of a webhook that is called when the request finishes; <c>null</c> for none.</summary>
    public string? Webhook { get; init; }
}

/// <summary>Changes to a request that is repeated.</summary>
public sealed record RepeatDraft
{
    /// <summary>Seed; <c>null</c> for a new random seed. The seed of the original request gives the same samples.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public ulong? Seed { get; init; }

    /// <summary>Number of samples; <c>null</c> for the same number.</summary>
    public int? Samples { get; init; }
}

/// <summary>State of a request or a sample. The last three are final.</summary>
public enum WorkState
{
    /// <summary>Waiting to start.</summary>
    Queued,

    /// <summary>Being made. For a request: at least one sample has started.</summary>
    Running,

    /// <summary>Finished. For a request: all samples succeeded.</summary>
    Succeeded,

    /// <summary>Failed. For a request: at least one sample failed.</summary>
    Failed,

    /// <summary>Cancelled. For a request: at least one sample was cancelled, and none failed.</summary>
    Cancelled,
}

/// <summary>A request and its progress.</summary>
public sealed record Request
{
    /// <summary>Id of the request.</summary>
    public required string Id { get; init; }

    /// <summary>State of the request.</summary>
    public required WorkState State { get; init; }

    /// <summary>The application.</summary>
    public required RequestApplication Application { get; init; }

    /// <summary>The inputs.</summary>
    public required IReadOnlyList<RequestInput> Inputs { get; init; }

    /// <summary>Seed of all samples, as a string, because JavaScript numbers have too few digits.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public required ulong Seed { get; init; }

    /// <summary>All options with resolved defaults; can be submitted again.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Number of samples by state.</summary>
    public required SampleCounts Samples { get; init; }

    /// <summary>Number of pyramid levels.</summary>
    public required int Levels { get; init; }

    /// <summary>Size of each sample.</summary>
    public required Size Output { get; init; }

    /// <summary>Peak memory of a sample, in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Number of the tenant's samples queued ahead of this request's first queued sample; <c>null</c> if none of its samples is queued.</summary>
    public long? QueueAhead { get; init; }

    /// <summary>Time of submission.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Time when the last sample finished; <c>null</c> before that.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>Time of automatic deletion; <c>null</c> for none.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>URLs of related resources.</summary>
    public required RequestLinks Links { get; init; }
}

/// <summary>Number of samples by state.</summary>
/// <param name="Total">All samples.</param>
/// <param name="Running">Running samples.</param>
/// <param name="Succeeded">Finished samples.</param>
/// <param name="Failed">Failed samples.</param>
/// <param name="Cancelled">Cancelled samples.</param>
public sealed record SampleCounts(int Total, int Running, int Succeeded, int Failed, int Cancelled)
{
    /// <summary>Number of samples that succeeded, failed or were cancelled.</summary>
    [JsonIgnore]
    public int Ended => Succeeded + Failed + Cancelled;
}

/// <summary>URLs of a request, relative to the server.</summary>
/// <param name="Self">The request itself.</param>
/// <param name="Samples">The request's samples.</param>
/// <param name="Events">Changes of the request as server-sent events.</param>
/// <param name="Manifest">Manifest to reproduce the samples exactly.</param>
public sealed record RequestLinks(string Self, string Samples, string Events, string Manifest);

/// <summary>Estimated cost of a request.</summary>
public sealed record Estimate
{
    /// <summary>All options with resolved defaults.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Size of each sample.</summary>
    public required Size Output { get; init; }

    /// <summary>The pyramid, finest level first.</summary>
    public required IReadOnlyList<EstimatedLevel> Levels { get; init; }

    /// <summary>Peak memory of a sample, in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Largest memory of any worker, in bytes. A sample that needs more never starts.</summary>
    public required long NodeBytes { get; init; }

    /// <summary>Estimated time per sample, in seconds.</summary>
    public required double SecondsPerSample { get; init; }

    /// <summary>Estimated time for all samples after the start, with all slots of the cluster, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Number of the tenant's samples that are queued ahead.</summary>
    public required long QueueAhead { get; init; }
}

/// <summary>A level of the pyramid.</summary>
/// <param name="Index">Index of the level; 0 is the finest.</param>
/// <param name="Input">Size of the input at this level.</param>
/// <param name="Output">Size of the output at this level.</param>
/// <param name="Patch">Size of a patch.</param>
/// <param name="Iterations">Number of EM iterations.</param>
public sealed record EstimatedLevel(int Index, Size Input, Size Output, Size Patch, int Iterations);
