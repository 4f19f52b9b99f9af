using System.Diagnostics;
using System.Diagnostics.Metrics;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Grains.Telemetry;

/// <summary>
/// Spans and measurements of the grains, which cost almost nothing without a listener. A sample's spans belong to the trace
/// of the call that submitted it, on whatever silo it runs: the trace context is stored with the request. Descriptions are the
/// texts of docs/reference/telemetry.md.
/// </summary>
public static class VgpnnTelemetry
{
    /// <summary>The name of the source of spans, and of the meter.</summary>
    public const string Name = "Vgpnn";

    private static readonly string Version = typeof(VgpnnTelemetry).Assembly.GetName().Version!.ToString(3);

    /// <summary>The source of all spans.</summary>
    public static ActivitySource Spans { get; } = new(Name, Version);

    /// <summary>The meter of all instruments.</summary>
    public static Meter Meter { get; } = new(Name, Version);

    internal static Histogram<double> QueueTime { get; } =
        Seconds("vgpnn.job.queue_time", "Time from a job's submission, or the end of its previous attempt, to the start of an attempt.", Coarse);

    internal static Histogram<double> JobDuration { get; } = Seconds("vgpnn.job.duration", "Duration of an attempt.", Coarse);

    internal static Histogram<double> LevelDuration { get; } = Seconds("vgpnn.level.duration", "Time to compute a pyramid level.", Fine);

    internal static Histogram<double> BlobDuration { get; } =
        Seconds("vgpnn.blob.operation.duration", "Duration of a blob's write, or of opening it for a read.", Fine);

    internal static Counter<long> PatchEvaluations { get; } = Meter.CreateCounter<long>(
        "vgpnn.patch.evaluations", "{evaluation}", "Patch distances computed, as plans estimate them.");

    internal static Counter<long> CacheLookups { get; } = Meter.CreateCounter<long>(
        "vgpnn.level_cache.lookups", "{lookup}", "Lookups of samples in the silo's level cache.");

    internal static Counter<long> CheckpointBytes { get; } = Meter.CreateCounter<long>(
        "vgpnn.checkpoint.written", "By", "Bytes of stored checkpoints.");

    private static double[] Fine => [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    private static double[] Coarse => [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

    /// <summary>The context of a span as the state keeps it (W3C <c>traceparent</c>); <c>null</c> outside of a span.</summary>
    internal static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;

    /// <summary>Reads what <see cref="Current"/> wrote; an invalid text starts a new trace.</summary>
    internal static ActivityContext ContextOf(string? parent) => ActivityContext.TryParse(parent, null, out ActivityContext context) ? context : default;

    internal static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);

    internal static string Word(Abstractions.JobKind kind) => kind == Abstractions.JobKind.Video ? "video" : "sample";

    /// <summary>The value of <see cref="TelemetryNames.ErrorType"/>: the error's code, <c>cancelled</c>, or the name of the exception's type.</summary>
    internal static string ErrorTypeOf(Exception failure) => failure switch
    {
        GrainException e => e.Code,
        BlobException e => e.Code,
        VgpnnException e => e.Code,
        OperationCanceledException => "cancelled",
        _ => failure.GetType().FullName!,
    };

    private static Histogram<double> Seconds(string name, string description, IReadOnlyList<double> bounds) => Meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
