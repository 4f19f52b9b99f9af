namespace Vgpnn.Client.Reporting;

/// <summary>Tells somebody what happens in a run.</summary>
internal interface IRunReporter : IDisposable
{
    /// <summary>Something happened.</summary>
    void Report(RunEvent what);

    /// <summary>Work begins that has no steps of its own: "reading clip.mp4".</summary>
    void Stage(string what);
}

/// <summary>Chooses who is told.</summary>
internal static class RunReporter
{
    public static IRunReporter Create(bool json)
    {
        if (json) return new JsonReporter(Console.Out);
        bool terminal = !Console.IsErrorRedirected && !TerminalInfo.IsDumb;
        return terminal ? new TerminalReporter(Console.Error, Console.Out) : new PlainReporter(Console.Error, Console.Out);
    }
}
