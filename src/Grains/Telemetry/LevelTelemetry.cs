using System.Diagnostics;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Grains.Telemetry;

/// <summary>
/// Records a sample's levels as they end, from the thread that computes: a span for each, from the end of the previous one.
/// </summary>
/// <param name="job">The attempt's span.</param>
/// <param name="plan">The sample's plan.</param>
/// <param name="backend">The backend that computes it.</param>
/// <param name="resumed">Whether it continues from a checkpoint: earlier work is not counted again.</param>
internal sealed class LevelTelemetry(ActivityContext job, PyramidPlan plan, string backend, bool resumed)
{
    private DateTimeOffset _start = DateTimeOffset.UtcNow;
    private long _ticks = Stopwatch.GetTimestamp();
    private double? _fraction = resumed ? null : 0;
    private ActivityContext? _level;

    /// <summary>The context of the level that ended last; the job's before the first.</summary>
    public ActivityContext Level => _level ?? job;

    public void Observe(SynthesisEvent step)
    {
        KeyValuePair<string, object?> tag = VgpnnTelemetry.Tag(TelemetryNames.Backend, backend);
        if (_fraction is { } before && step.Fraction > before)
            VgpnnTelemetry.PatchEvaluations.Add((long)((step.Fraction - before) * plan.PatchEvaluations), tag);
        _fraction = step.Fraction;
        if (step is not LevelFinished finished) return;
        using (Activity? span = VgpnnTelemetry.Spans.StartActivity($"level {finished.Level.Index}", ActivityKind.Internal, job, startTime: _start))
        {
            span?.SetTag(TelemetryNames.LevelIndex, finished.Level.Index);
            span?.SetTag(TelemetryNames.LevelSize, finished.Level.Output.ToString());
            span?.SetTag(TelemetryNames.LevelIterations, finished.Level.Iterations);
            span?.SetTag(TelemetryNames.LevelSearchDuration, finished.Timing.Search.TotalSeconds);
            if (span is not null) _level = span.Context;
        }

        VgpnnTelemetry.LevelDuration.Record(
            Stopwatch.GetElapsedTime(_ticks).TotalSeconds, VgpnnTelemetry.Tag(TelemetryNames.LevelIndex, finished.Level.Index), tag);
        (_start, _ticks) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
    }
}
