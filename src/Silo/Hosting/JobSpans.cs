using System.Diagnostics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Telemetry;

namespace Vgpnn.Silo.Hosting;

/// <summary>Spans and measurements of jobs. They belong to the trace of the call that asked for the job.</summary>
internal static class JobSpans
{
    /// <summary>Begins an attempt's span, after one for the time in the queue.</summary>
    public static Activity? Begin(JobOrder order, int attempt, string worker)
    {
        ActivityContext parent = VgpnnTelemetry.ContextOf(order.Trace);
        string kind = VgpnnTelemetry.Word(order.Job.Kind);
        var queued = TimeSpan.FromMilliseconds(order.QueueTime);
        VgpnnTelemetry.QueueTime.Record(queued.TotalSeconds, VgpnnTelemetry.Tag("kind", kind));
        VgpnnTelemetry.Spans.StartActivity("wait", ActivityKind.Internal, parent, startTime: DateTimeOffset.UtcNow - queued)?.Dispose();
        Activity? span = VgpnnTelemetry.Spans.StartActivity(kind, ActivityKind.Consumer, parent);
        span?.SetTag("vgpnn.job", order.Job.What);
        span?.SetTag("vgpnn.tenant", order.Job.Tenant);
        span?.SetTag("vgpnn.attempt", attempt);
        span?.SetTag("vgpnn.worker", worker);
        return span;
    }

    /// <summary>Records how an attempt ended.</summary>
    public static void Record(Activity? span, JobOrder order, JobEnd end, TimeSpan time)
    {
        string kind = VgpnnTelemetry.Word(order.Job.Kind), outcome = end.Outcome.ToString().ToLowerInvariant();
        span?.SetTag("vgpnn.outcome", outcome);
        VgpnnTelemetry.JobDuration.Record(time.TotalSeconds, VgpnnTelemetry.Tag("kind", kind), VgpnnTelemetry.Tag("outcome", outcome));
        if (end.Outcome == JobOutcome.Failed)
            VgpnnTelemetry.Failures.Add(1, VgpnnTelemetry.Tag("kind", kind), VgpnnTelemetry.Tag("code", end.Failure?.Code ?? "internal"));
    }
}
