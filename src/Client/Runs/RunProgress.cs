using System.Diagnostics;
using Vgpnn.Client.Reporting;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Client.Runs;

/// <summary>Converts the engine's events of a sample to events of the run, with the remaining time.</summary>
internal sealed class RunProgress(PreparedRun run, IRunReporter reporter)
{
    /// <summary>Fraction of the work below which the forecast is more accurate than the measured time.</summary>
    private const double TrustMeasuredFrom = 0.05;

    private readonly long _start = Stopwatch.GetTimestamp();
    private List<ManifestTiming>[] _timings = [];
    private IReadOnlyList<int> _together = [];
    private int _before;

    private int Samples => run.Request.Indices.Count;

    private int Levels => run.Plan.Levels.Count;

    /// <summary>Starts the next batch of samples.</summary>
    public void Begin(IReadOnlyList<int> indices)
    {
        _before += _together.Count;
        _together = indices;
        _timings = [.. indices.Select(_ => new List<ManifestTiming>())];
        for (int i = 0; i < indices.Count; i++) reporter.Report(new SampleStartedEvent(indices[i], SamplePosition(i), Samples));
    }

    /// <summary>Position in this run, from 1, of a sample of the batch.</summary>
    public int SamplePosition(int i) => _before + i + 1;

    /// <summary>Timings of the finished levels of a sample of the batch.</summary>
    public IReadOnlyList<ManifestTiming> Timings(int i) => [.. _timings[i]];

    /// <summary>Reports an event of the engine for a sample of the batch.</summary>
    /// <returns>The finished level; <c>null</c> for other events.</returns>
    public LevelFinished? Observe(int i, SynthesisEvent what)
    {
        LevelPlan level = what.Level;
        double done = Math.Clamp((_before + (what.Fraction * _together.Count)) / Samples, 0, 1);
        int iteration = what is IterationProgress progress ? progress.Iteration : level.Iterations;
        reporter.Report(new ProgressEvent(
            _together[i], SamplePosition(i), Samples, level.Index, Levels, iteration, level.Iterations,
            Math.Round(done * 100, 1), Math.Round(SecondsLeft(done), 1)));
        if (what is not LevelFinished finished) return null;
        ManifestTiming timing = ManifestMaker.Timing(finished);
        _timings[i].Add(timing);
        reporter.Report(new LevelFinishedEvent(
            _together[i], level.Index, Levels, ManifestMaker.Size(level.Output), timing, finished.Launches.Count > 0 ? finished.Launches : null));
        return finished;
    }

    private double SecondsLeft(double done)
    {
        double elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        double total = done < TrustMeasuredFrom ? (run.ExpectedPerSample * Samples).TotalSeconds : elapsed / done;
        return Math.Max(0, total - elapsed);
    }
}
