using System.Runtime.InteropServices;
using Orleans.Runtime;

namespace Vgpnn.Silo.Hosting;

/// <summary>
/// Ends the process when Orleans cannot continue, for example when the other silos have declared this one dead while it was suspended.
/// Orleans' own handler waits two seconds and aborts with a core dump; this one exits at once, so that the supervisor starts a new silo.
/// </summary>
internal sealed partial class FatalErrorHandler(ILogger<FatalErrorHandler> logger) : IFatalErrorHandler
{
    /// <summary>The exit code: EX_SOFTWARE.</summary>
    public const int ExitCode = 70;

    /// <summary>The time for the log's writers.</summary>
    private static readonly TimeSpan FlushTime = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc/>
    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        string cause = context ?? exception?.Message ?? "unknown cause";
        LogFatal(cause, exception);
        Console.Error.WriteLine($"silo: stopping because of a fatal error: {cause}");
        Thread.Sleep(FlushTime);

        // Environment.Exit would wait for the host, which waits for jobs and for the cluster that has excluded this silo.
        if (OperatingSystem.IsWindows()) Environment.Exit(ExitCode);
        ExitNow(ExitCode);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ExitNow(int status);

    [LoggerMessage(EventId = 110, Level = LogLevel.Critical, Message = "Fatal error, exiting: {Context}")]
    private partial void LogFatal(string context, Exception? exception);
}
