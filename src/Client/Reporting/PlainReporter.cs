using System.Diagnostics;

namespace Vgpnn.Client.Reporting;

/// <summary>Writes a few lines for logs: the start, every 10 % of long runs, and the end.</summary>
internal sealed class PlainReporter(TextWriter talk, TextWriter results) : IRunReporter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _nextPercent = 10;

    public void Report(RunEvent what)
    {
        switch (what)
        {
            case PlanEvent plan:
                foreach (string notice in plan.Notices) talk.WriteLine($"note: {notice}");
                talk.WriteLine(HumanText.Start(plan));
                break;
            case ProgressEvent progress when progress.Percent >= _nextPercent && progress.Percent < 100:
                _nextPercent = (Math.Floor(progress.Percent / 10) * 10) + 10;
                if (Stopwatch.GetElapsedTime(_start) < Patience) break;
                string sample = $"sample {progress.Position} of {progress.Samples}";
                talk.WriteLine($"{progress.Percent:0} %, {sample}, {HumanText.Duration(progress.SecondsLeft)} left");
                break;
            case DoneEvent done:
                results.WriteLine(HumanText.End(done));
                break;
        }
    }

    public void Stage(string what)
    {
        // Logs omit stages.
    }

    public void Dispose()
    {
        // The caller owns the writers.
    }
}
