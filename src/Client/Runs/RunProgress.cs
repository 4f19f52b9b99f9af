using System.Diagnostics;
using Vgpnn.Client.Reporting;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Client.Runs;

/// <summary>Turns what the engine tells of one sample into what is told of the run, time left included.</summary>
internal sealed class RunProgress(PreparedRun run, IRunReporter reporter)
{
    /// <summary>Until this part of the work is done, the forecast is better than what was measured.</summary>
    private const double TrustMeasuredFrom = 0.05;

    private readonly long _start = Stopwatch.GetTimestamp();
    private List<ManifestTiming>[] _timings = [];
    private IReadOnlyList<int> _together = [];
    private int _before;

    private int Samples => run.Request.Indices.Count;

    private int Levels => run.Plan.Levels.Count;

    /// <summary>The next samples begin, together.</summary>
    public void Begin(IReadOnlyList<int> indices)
    {
        _before += _together.Count;
        _together = indices;
        _timings = [.. indices.Select(_ => new List<ManifestTiming>())];
        for (int i = 0; i < indices.Count; i++) reporter.Report(new SampleStartedEvent(indices[i], SamplePosition(i), Samples));
    }

    /// <summary>Which of this run's samples one of those at work is, from 1.</summary>
    public int SamplePosition(int i) => _before + i + 1;

    /// <summary>Where the time of one of the samples at work went so far.</summary>
    public IReadOnlyList<ManifestTiming> Timings(int i) => [.. _timings[i]];

    /// <summary>A level's place on the way: 1 is the coarsest.</summary>
    public int Position(LevelPlan level) => Levels - level.Index;

    /// <summary>The engine did something for one of the samples at work.</summary>
    /// <returns>The level, if one was finished.</returns>
    public LevelFinished? Observe(int i, SynthesisEvent what)
    {
        LevelPlan level = what.Level;
        double done = Math.Clamp((_before + (what.Fraction * _together.Count)) / Samples, 0, 1);
        int iteration = what is IterationProgress progress ? progress.Iteration : level.Iterations;
        reporter.Report(new ProgressEvent(
            _together[i], SamplePosition(i), Samples, Position(level), Levels, iteration, level.Iterations,
            Math.Round(done * 100, 1), Math.Round(SecondsLeft(done), 1)));
        if (what is not LevelFinished finished) return null;
        ManifestTiming timing = ManifestMaker.Timing(finished);
        _timings[i].Add(timing);
        reporter.Report(new LevelFinishedEvent(
            _together[i], Position(level), Levels, ManifestMaker.Size(level.Output), timing, finished.Launches.Count > 0 ? finished.Launches : null));
        return finished;
    }

    private double SecondsLeft(double done)
    {
        double elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        double total = done < TrustMeasuredFrom ? (run.ExpectedPerSample * Samples).TotalSeconds : elapsed / done;
        return Math.Max(0, total - elapsed);
    }
}
