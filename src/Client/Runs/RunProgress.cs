using System.Diagnostics;
using Vgpnn.Client.Reporting;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>Turns what the engine tells of one sample into what is told of the run, time left included.</summary>
internal sealed class RunProgress(PreparedRun run, IRunReporter reporter)
{
    /// <summary>Until this part of the work is done, the forecast is better than what was measured.</summary>
    private const double TrustMeasuredFrom = 0.05;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<ManifestTiming> _timings = [];
    private int _sample;

    /// <summary>Which of this run's samples is at work, from 1.</summary>
    public int SamplePosition { get; private set; }

    /// <summary>Where the time of the sample at work went so far.</summary>
    public IReadOnlyList<ManifestTiming> Timings => [.. _timings];

    private int Samples => run.Request.Indices.Count;

    private int Levels => run.Plan.Levels.Count;

    /// <summary>The next sample begins.</summary>
    public void Begin(int index)
    {
        _sample = index;
        SamplePosition++;
        _timings.Clear();
        reporter.Report(new SampleStartedEvent(index, SamplePosition, Samples));
    }

    /// <summary>A level's place on the way: 1 is the coarsest.</summary>
    public int Position(LevelPlan level) => Levels - level.Index;

    /// <summary>The engine did something.</summary>
    /// <returns>The level, if one was finished.</returns>
    public LevelFinished? Observe(SynthesisEvent what)
    {
        LevelPlan level = what.Level;
        double done = Math.Clamp((SamplePosition - 1 + what.Fraction) / Samples, 0, 1);
        int iteration = what is IterationProgress progress ? progress.Iteration : level.Iterations;
        reporter.Report(new ProgressEvent(
            _sample, SamplePosition, Samples, Position(level), Levels, iteration, level.Iterations,
            Math.Round(done * 100, 1), Math.Round(SecondsLeft(done), 1)));
        if (what is not LevelFinished finished) return null;
        ManifestTiming timing = ManifestMaker.Timing(finished);
        _timings.Add(timing);
        reporter.Report(new LevelFinishedEvent(_sample, Position(level), Levels, ManifestMaker.Size(level.Output), timing));
        return finished;
    }

    private double SecondsLeft(double done)
    {
        double elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        double total = done < TrustMeasuredFrom ? (run.ExpectedPerSample * Samples).TotalSeconds : elapsed / done;
        return Math.Max(0, total - elapsed);
    }
}
