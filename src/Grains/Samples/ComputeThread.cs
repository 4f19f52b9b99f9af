using System.Runtime.InteropServices;

namespace Vgpnn.Grains.Samples;

/// <summary>
/// Threads that compute for seconds or minutes. They go behind those that answer in milliseconds: a silo answers quickly
/// while all of its processors compute.
/// </summary>
internal static class ComputeThread
{
    private const int ThisThread = 0;
    private const int Niceness = 10;

    /// <summary>Runs <paramref name="body"/> on a thread of its own; the pool stays free for everything that waits.</summary>
    /// <remarks>Only Linux gives a thread a priority of its own, and the pool's threads that help where a sample has several keep theirs.</remarks>
    public static Task<T> RunAsync<T>(Func<T> body) => Task.Factory.StartNew(
        () =>
        {
            // Where it is refused, nothing is lost but the courtesy.
            if (OperatingSystem.IsLinux()) _ = SetPriority(which: 0, ThisThread, Niceness);
            return body();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int niceness);
}
