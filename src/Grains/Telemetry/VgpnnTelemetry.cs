using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Vgpnn.Grains.Telemetry;

/// <summary>
/// Spans and measurements of the grains, which cost almost nothing without a listener. A sample's spans belong to the trace
/// of the call that submitted it, on whatever silo it runs: the trace context is stored with the request.
/// </summary>
public static class VgpnnTelemetry
{
    /// <summary>The name of the source of spans, and of the meter.</summary>
    public const string Name = "Vgpnn";

    /// <summary>Where all spans come from.</summary>
    public static ActivitySource Spans { get; } = new(Name);

    /// <summary>Where all measurements come from.</summary>
    public static Meter Meter { get; } = new(Name);

    /// <summary>Seconds that a job was queued, by <c>kind</c>.</summary>
    internal static Histogram<double> QueueTime { get; } = Seconds("vgpnn.job.queue_time", "Time that a job was queued", Coarse);

    /// <summary>Seconds that an attempt took, by <c>kind</c> and <c>outcome</c>.</summary>
    internal static Histogram<double> JobDuration { get; } = Seconds("vgpnn.job.duration", "Time of an attempt", Coarse);

    /// <summary>Seconds that a level took, by <c>level</c> (0 is the finest) and <c>group</c>.</summary>
    internal static Histogram<double> LevelDuration { get; } = Seconds("vgpnn.level.duration", "Time of a pyramid level", Fine);

    /// <summary>Seconds of a blob operation, by <c>operation</c> and <c>outcome</c>.</summary>
    internal static Histogram<double> BlobDuration { get; } = Seconds("vgpnn.blob.duration", "Time of a blob's write, or of opening it", Fine);

    /// <summary>Patch distances that were computed, as the plan estimates them, by <c>group</c>.</summary>
    internal static Counter<long> PatchEvaluations { get; } =
        Meter.CreateCounter<long>("vgpnn.patch.evaluations", "{evaluation}", "Patch distances computed");

    /// <summary>Samples that looked for their levels on their silo, by <c>result</c>: hit or miss.</summary>
    internal static Counter<long> CacheLookups { get; } =
        Meter.CreateCounter<long>("vgpnn.level_cache.lookups", "{lookup}", "Lookups in the silo's cache of levels");

    /// <summary>Bytes of checkpoints that became safe.</summary>
    internal static Counter<long> CheckpointBytes { get; } =
        Meter.CreateCounter<long>("vgpnn.checkpoint.written", "By", "Checkpoints written");

    /// <summary>Jobs that failed for good, by <c>kind</c> and <c>code</c>.</summary>
    internal static Counter<long> Failures { get; } = Meter.CreateCounter<long>("vgpnn.failures", "{failure}", "What failed for good");

    private static double[] Fine => [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    private static double[] Coarse => [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

    /// <summary>The context of a span as the state keeps it (W3C <c>traceparent</c>); <c>null</c> outside of a span.</summary>
    internal static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;

    /// <summary>Reads what <see cref="Current"/> wrote; what cannot be read begins a trace of its own.</summary>
    internal static ActivityContext ContextOf(string? parent) => ActivityContext.TryParse(parent, null, out ActivityContext context) ? context : default;

    internal static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);

    internal static string Word(Abstractions.JobKind kind) => kind == Abstractions.JobKind.Video ? "video" : "sample";

    private static Histogram<double> Seconds(string name, string description, IReadOnlyList<double> bounds) => Meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
