using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Vgpnn.Grains;

/// <summary>
/// What the grains tell of themselves: spans and measurements, which cost next to nothing while nobody listens. A sample's spans belong
/// to the trace of the call that submitted it, on whatever node it runs: the trace's context lies beside the turn in the state.
/// </summary>
public static class Telemetry
{
    /// <summary>The name of the source of spans, and of the meter.</summary>
    public const string Name = "Vgpnn";

    /// <summary>Where all spans come from.</summary>
    public static ActivitySource Spans { get; } = new(Name);

    /// <summary>Where all measurements come from.</summary>
    public static Meter Meter { get; } = new(Name);

    /// <summary>Seconds from when a turn became ready until it began, by <c>kind</c>.</summary>
    internal static Histogram<double> TurnWait { get; } = Seconds("vgpnn.turn.wait", "Time from ready to begun", Coarse);

    /// <summary>Seconds that an activation took, by <c>kind</c> and <c>outcome</c>.</summary>
    internal static Histogram<double> TurnDuration { get; } = Seconds("vgpnn.turn.duration", "Time of an activation", Coarse);

    /// <summary>Seconds that a level took, by <c>level</c> (0 is the finest) and <c>group</c>.</summary>
    internal static Histogram<double> LevelDuration { get; } = Seconds("vgpnn.level.duration", "Time of a pyramid level", Fine);

    /// <summary>Seconds to write or open a blob, by <c>operation</c> and <c>outcome</c>: <c>ok</c>, <c>error</c> or <c>cancelled</c>.</summary>
    internal static Histogram<double> BlobDuration { get; } = Seconds("vgpnn.blob.duration", "Time to write or open a blob", Fine);

    /// <summary>Patch distances that were computed, as the plan estimates them, by <c>group</c>.</summary>
    internal static Counter<long> PatchEvaluations { get; } =
        Meter.CreateCounter<long>("vgpnn.patch.evaluations", "{evaluation}", "Patch distances computed");

    /// <summary>Samples that looked for their levels on their node, by <c>result</c>: hit or miss.</summary>
    internal static Counter<long> CacheLookups { get; } =
        Meter.CreateCounter<long>("vgpnn.level_cache.lookups", "{lookup}", "Looks into the node's cache of levels");

    /// <summary>Bytes of checkpoints that became safe.</summary>
    internal static Counter<long> CheckpointBytes { get; } =
        Meter.CreateCounter<long>("vgpnn.checkpoint.written", "By", "Checkpoints written");

    /// <summary>Grains that failed for good, by <c>kind</c> and <c>code</c>.</summary>
    internal static Counter<long> Failures { get; } = Meter.CreateCounter<long>("vgpnn.failures", "{failure}", "What failed for good");

    private static double[] Fine => [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    private static double[] Coarse => [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

    /// <summary>The context of a span as the state keeps it (W3C <c>traceparent</c>); null: there is none.</summary>
    internal static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;

    /// <summary>Reads what <see cref="Current"/> wrote; what cannot be read begins a trace of its own.</summary>
    internal static ActivityContext ContextOf(string? parent) => ActivityContext.TryParse(parent, null, out ActivityContext context) ? context : default;

    internal static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);

    internal static string Word(GrainKind kind) => kind == GrainKind.Video ? "video" : "sample";

    private static Histogram<double> Seconds(string name, string description, IReadOnlyList<double> bounds) => Meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
