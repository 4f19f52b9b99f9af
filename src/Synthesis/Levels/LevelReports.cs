using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>
/// Reports the events of a batch's samples: progress as a fraction of the whole that never decreases, states to resume from, and finished levels. A device
/// downloads a level's result while it computes the next one: such a level is reported after the next one's first iteration.
/// </summary>
internal sealed class LevelReports : IDisposable
{
    /// <summary>Cost of voting for a voxel, in patch distances.</summary>
    public const double VoteWeight = 10;

    private readonly ILevelBackend _backend;
    private readonly IReadOnlyList<SampleRun> _runs;
    private readonly bool _observed;
    private readonly int _finest;
    private readonly double _total;
    private double _latest;
    private double _done;
    private (LevelPlan Level, double Fraction, PendingLevel Result)? _pending;
    private LevelResult? _result;

    /// <param name="plan">The levels of a whole run.</param>
    /// <param name="backend">Estimates their work.</param>
    /// <param name="runs">The samples, in the order of the backend's results.</param>
    /// <param name="finest">The finest level that is run.</param>
    public LevelReports(PyramidPlan plan, ILevelBackend backend, IReadOnlyList<SampleRun> runs, int finest)
    {
        (_backend, _runs, _finest) = (backend, runs, finest);
        _observed = runs.Any(r => r.Observe is not null);
        _total = plan.Levels.Sum(l => WorkOf(l, l.Iterations));
    }

    /// <summary>Counts a level that was done before the run was interrupted.</summary>
    public void Skip(LevelPlan level) => _done += WorkOf(level, level.Iterations);

    /// <summary>Callbacks for the backend during an iteration.</summary>
    public IterationReports During(LevelPlan level, int iteration)
    {
        if (!_observed) return default;
        double before = _done + WorkOf(level, iteration), searching = _backend.Evaluations(level, iteration);
        return new IterationReports(
            part => Report(level, iteration, before + (part * searching)),
            state => Report(_ => new SearchPassed(level, _latest, state)));
    }

    /// <summary>Reports an iteration, its vote included.</summary>
    public void Iterated(LevelPlan level, int iteration)
    {
        ReportPending();
        if (_observed) Report(level, iteration, _done + WorkOf(level, iteration + 1));
    }

    /// <summary>Reports a level, at once or when its result has arrived.</summary>
    public void Finished(LevelPlan level, PendingLevel result)
    {
        _done += WorkOf(level, level.Iterations);
        _pending = (level, Math.Min(1, _done / _total), result);
        if (result.HasArrived) ReportPending();
    }

    /// <summary>Waits for the finest level.</summary>
    /// <returns>Its result.</returns>
    public LevelResult Complete()
    {
        ReportPending();
        return _result ?? throw new InvalidOperationException("the finest level was not run");
    }

    /// <inheritdoc/>
    public void Dispose() => _pending?.Result.Dispose();

    private void ReportPending()
    {
        if (_pending is not var (level, fraction, pending)) return;
        LevelResult result = pending.Wait();
        _pending = null;
        if (level.Index == _finest) _result = result;
        if (!_observed) return;
        Report(i => new LevelFinished(level, fraction, result.Outputs[i], result.Timing with { MeanDistance = result.MeanDistances[i] })
        {
            Fields = result.Fields,
            Launches = i == 0 ? result.Launches : [],
        });
    }

    private void Report(LevelPlan level, int iteration, double done)
    {
        _latest = Math.Min(1, done / _total);
        Report(_ => new IterationProgress(level, _latest, iteration + 1));
    }

    private void Report(Func<int, SynthesisEvent> what)
    {
        for (int i = 0; i < _runs.Count; i++) _runs[i].Observe?.Invoke(what(i));
    }

    private double WorkOf(LevelPlan level, int iterations) =>
        Enumerable.Range(0, iterations).Sum(j => _backend.Evaluations(level, j) + (VoteWeight * level.Output.Count));
}
