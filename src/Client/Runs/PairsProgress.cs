using System.Diagnostics;
using Vgpnn.Client.Reporting;

namespace Vgpnn.Client.Runs;

/// <summary>Reports the runs of all pairs as one run: each pair reports its plan; progress and remaining time cover all pairs.</summary>
internal sealed class PairsProgress(IRunReporter reporter, int pairs) : IRunReporter
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _passed;
    private int _made;

    /// <summary>Counts a pair of an earlier run.</summary>
    public void Passed() => _passed++;

    /// <summary>Counts a new pair.</summary>
    public void Made() => _made++;

    public void Report(RunEvent what)
    {
        switch (what)
        {
            case ProgressEvent progress:
                double part = _made + (progress.Percent / 100), all = pairs - _passed;
                double elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
                double left = Math.Max(progress.SecondsLeft, elapsed / Math.Max(part, 0.01) * (all - part));
                reporter.Report(progress with
                {
                    Position = ((_passed + _made) * progress.Samples) + progress.Position,
                    Samples = pairs * progress.Samples,
                    Percent = Math.Round((_passed + part) / pairs * 100, 1),
                    SecondsLeft = Math.Round(left, 1),
                });
                break;
            case DoneEvent:
                // Only the end of the last pair is reported.
                break;
            default:
                reporter.Report(what);
                break;
        }
    }

    public void Stage(string what) => reporter.Stage($"pair {_passed + _made + 1} of {pairs}: {what}");

    public void Dispose()
    {
        // The caller owns the reporter.
    }
}
