using System.Diagnostics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Telemetry;

namespace Vgpnn.Silo.Hosting.Jobs;

/// <summary>Spans and measurements of jobs. They belong to the trace of the call that submitted the job.</summary>
internal static class JobSpans
{
    /// <summary>Starts an attempt's span, after one for its time in the queue.</summary>
    public static Activity? Begin(JobOrder order, int attempt, string worker)
    {
        ActivityContext parent = VgpnnTelemetry.ContextOf(order.Trace);
        string kind = VgpnnTelemetry.Word(order.Job.Kind);
        var queued = TimeSpan.FromMilliseconds(order.QueueTime);
        VgpnnTelemetry.QueueTime.Record(queued.TotalSeconds, VgpnnTelemetry.Tag(TelemetryNames.JobKind, kind));
        VgpnnTelemetry.Spans.StartActivity("queue", ActivityKind.Internal, parent, startTime: DateTimeOffset.UtcNow - queued)?.Dispose();
        Activity? span = VgpnnTelemetry.Spans.StartActivity(kind, ActivityKind.Consumer, parent);
        span?.SetTag(TelemetryNames.JobId, order.Job.What);
        span?.SetTag(TelemetryNames.JobKind, kind);
        span?.SetTag(TelemetryNames.JobAttempt, attempt);
        span?.SetTag(TelemetryNames.TenantId, order.Job.Tenant);
        span?.SetTag(TelemetryNames.WorkerId, worker);
        return span;
    }

    /// <summary>Records how an attempt ended.</summary>
    public static void Record(Activity? span, JobOrder order, JobEnd end, TimeSpan time)
    {
        string outcome = end.Outcome.ToString().ToLowerInvariant();
        span?.SetTag(TelemetryNames.JobOutcome, outcome);
        var tags = new TagList
        {
            { TelemetryNames.JobKind, VgpnnTelemetry.Word(order.Job.Kind) },
            { TelemetryNames.JobOutcome, outcome },
        };
        if (end.Outcome is JobOutcome.Failed or JobOutcome.Retry)
        {
            string error = end.Failure?.Code ?? "internal";
            span?.SetTag(TelemetryNames.ErrorType, error);
            if (span is { Status: not ActivityStatusCode.Error }) span.SetStatus(ActivityStatusCode.Error, end.Failure?.Message);
            tags.Add(TelemetryNames.ErrorType, error);
        }

        VgpnnTelemetry.JobDuration.Record(time.TotalSeconds, tags);
    }
}
