using System.Diagnostics;
using System.Text.Json;

namespace Vgpnn.Client.Reporting;

/// <summary>Writes every event as a line of JSON; progress at most four times a second.</summary>
internal sealed class JsonReporter(TextWriter output) : IRunReporter
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private long _lastProgress;

    public void Report(RunEvent what)
    {
        if (what is ProgressEvent)
        {
            if (_lastProgress != 0 && Stopwatch.GetElapsedTime(_lastProgress) < Pause) return;
            _lastProgress = Stopwatch.GetTimestamp();
        }

        output.WriteLine(JsonSerializer.Serialize(what, RunEventJson.Lines.RunEvent));
    }

    public void Stage(string what)
    {
        // Stages are not part of the JSON output.
    }

    public void Dispose()
    {
        // The caller owns the writer.
    }
}
