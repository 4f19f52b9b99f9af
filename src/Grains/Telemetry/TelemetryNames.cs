namespace Vgpnn.Grains.Telemetry;

/// <summary>
/// Names of attributes, by the semantic conventions of OpenTelemetry. Those of metrics have a small, fixed set of values: ids of tenants,
/// requests and samples are attributes of spans only. docs/reference/telemetry.md describes all of them.
/// </summary>
public static class TelemetryNames
{
    /// <summary>Why an operation failed: an error code, or the type of an exception. Absent if it succeeded.</summary>
    public const string ErrorType = "error.type";

    /// <summary>The arithmetic that is used: <c>cpu</c> or <c>gpu</c>.</summary>
    public const string Backend = "vgpnn.backend";

    /// <summary><c>sample</c> or <c>video</c>.</summary>
    public const string JobKind = "vgpnn.job.kind";

    /// <summary>How an attempt ended: a <see cref="Abstractions.JobOutcome"/> in lower case.</summary>
    public const string JobOutcome = "vgpnn.job.outcome";

    /// <summary>The level of the pyramid; 0 is the finest.</summary>
    public const string LevelIndex = "vgpnn.level.index";

    /// <summary><c>hit</c> or <c>miss</c>.</summary>
    public const string LevelCacheResult = "vgpnn.level_cache.result";

    /// <summary><c>read</c> or <c>write</c>.</summary>
    public const string BlobOperation = "vgpnn.blob.operation";

    internal const string BlobKey = "vgpnn.blob.key";
    internal const string BlobSize = "vgpnn.blob.size";
    internal const string JobId = "vgpnn.job.id";
    internal const string JobAttempt = "vgpnn.job.attempt";
    internal const string LevelIterations = "vgpnn.level.iterations";
    internal const string LevelSearchDuration = "vgpnn.level.search_duration";
    internal const string LevelSize = "vgpnn.level.size";
    internal const string TenantId = "vgpnn.tenant.id";
    internal const string WorkerId = "vgpnn.worker.id";
}
