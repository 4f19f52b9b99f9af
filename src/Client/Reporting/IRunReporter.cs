namespace Vgpnn.Client.Reporting;

/// <summary>Receives the events of a run.</summary>
internal interface IRunReporter : IDisposable
{
    /// <summary>Reports an event.</summary>
    void Report(RunEvent what);

    /// <summary>Reports the start of work without measurable progress, such as "reading clip.mp4".</summary>
    void Stage(string what);
}

/// <summary>Creates the reporter for the current output.</summary>
internal static class RunReporter
{
    public static IRunReporter Create(bool json)
    {
        if (json) return new JsonReporter(Console.Out);
        bool terminal = !Console.IsErrorRedirected && !TerminalInfo.IsDumb;
        return terminal ? new TerminalReporter(Console.Error, Console.Out) : new PlainReporter(Console.Error, Console.Out);
    }
}
