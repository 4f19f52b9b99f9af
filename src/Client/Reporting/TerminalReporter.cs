using System.Diagnostics;

namespace Vgpnn.Client.Reporting;

/// <summary>
/// Shows a progress line on the terminal. A separate thread redraws it, so that the remaining time is updated between events,
/// and clears it at the end. Work of less than two seconds shows no line.
/// </summary>
internal sealed class TerminalReporter : IRunReporter
{
    private const string ClearLine = "\r\e[2K";
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TextWriter _talk;
    private readonly TextWriter _results;
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _painter;
    private long _stageStart = Stopwatch.GetTimestamp();
    private string? _stage;
    private ProgressEvent? _progress;
    private long _progressTime;
    private bool _longWork;
    private bool _drawn;

    public TerminalReporter(TextWriter talk, TextWriter results)
    {
        _talk = talk;
        _results = results;
        _painter = new Thread(Paint) { IsBackground = true, Name = "progress" };
        _painter.Start();
    }

    public void Report(RunEvent what)
    {
        lock (_lock)
        {
            switch (what)
            {
                case PlanEvent plan:
                    Clear();
                    _stage = null;
                    _stageStart = Stopwatch.GetTimestamp();
                    _longWork = plan.ExpectedSeconds > Patience.TotalSeconds;
                    foreach (string notice in plan.Notices) _talk.WriteLine($"note: {notice}");
                    _talk.WriteLine(HumanText.Start(plan));
                    break;
                case ProgressEvent progress:
                    _stage = null;
                    _progress = progress;
                    _progressTime = Stopwatch.GetTimestamp();
                    break;
                case DoneEvent done:
                    _progress = null;
                    _stage = null;
                    Clear();
                    _results.WriteLine(HumanText.End(done));
                    break;
            }
        }
    }

    public void Stage(string what)
    {
        lock (_lock)
        {
            _stage = what;
            if (_progress is null) _stageStart = Stopwatch.GetTimestamp();
        }
    }

    public void Dispose()
    {
        _ended.Set();
        _painter.Join();
        Clear();
        _ended.Dispose();
    }

    private void Paint()
    {
        while (!_ended.Wait(Tick))
        {
            lock (_lock)
            {
                bool worthIt = _longWork || Stopwatch.GetElapsedTime(_stageStart) > Patience;
                if (!worthIt || (_stage is null && _progress is null)) continue;
                int width = TerminalInfo.Width(Console.IsErrorRedirected);
                string line = _progress is null
                    ? ProgressLine.Stage(_stage!, width)
                    : ProgressLine.Progress(_progress, _stage, Stopwatch.GetElapsedTime(_progressTime), width, TerminalInfo.HasColor);
                _talk.Write(ClearLine + line);
                _drawn = true;
            }
        }
    }

    private void Clear()
    {
        if (_drawn) _talk.Write(ClearLine);
        _drawn = false;
    }
}
