using System.Diagnostics;
using System.Runtime.InteropServices;
using Orleans.Runtime;

namespace Vgpnn.Silo.Hosting.Clustering;

/// <summary>
/// Starts the process over when Orleans cannot continue, mostly because the other silos have declared this one dead while it was
/// suspended or cut off. The program replaces itself under the same process id, so that no supervisor is needed; one that fails
/// soon after its start ends with <see cref="ExitCode"/> instead.
/// </summary>
internal sealed partial class FatalErrorHandler(ILogger<FatalErrorHandler> logger) : IFatalErrorHandler
{
    /// <summary>The exit code: EX_SOFTWARE.</summary>
    public const int ExitCode = 70;

    /// <summary>A process that lived for less does not start over.</summary>
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(10);

    /// <summary>Time for the log to be written.</summary>
    private static readonly TimeSpan FlushTime = TimeSpan.FromMilliseconds(100);

    private int _handled;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc/>
    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        if (Interlocked.Exchange(ref _handled, 1) == 1) Thread.Sleep(Timeout.Infinite);
        bool again = OperatingSystem.IsLinux() && DateTime.Now - Process.GetCurrentProcess().StartTime > LeastLife;
        string what = again ? "starting over" : "exiting", where = context ?? "unknown";
        LogFatal(where, what, exception);
        Thread.Sleep(FlushTime);
        if (OperatingSystem.IsWindows()) Environment.Exit(ExitCode);

        // Environment.Exit would wait for the host, which waits for jobs and for the cluster that has excluded this silo.
        if (again) StartOver();
        ExitNow(ExitCode);
    }

    // The kernel closes what is open: .NET marks all of its files and sockets so.
    private static void StartOver()
    {
        string[] arguments = File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0');
        _ = Execute(Environment.ProcessPath ?? arguments[0], [.. arguments, null]);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int status);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, string?[] arguments);

    [LoggerMessage(EventId = 110, Level = LogLevel.Critical, Message = "Orleans cannot continue, {What}: {Context}")]
    private partial void LogFatal(string context, string what, Exception? exception);
}
