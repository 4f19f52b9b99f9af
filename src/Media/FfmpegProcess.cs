using System.ComponentModel;
using System.Diagnostics;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>One run of ffmpeg or ffprobe.</summary>
/// <param name="Program">Full path of the program.</param>
/// <param name="Arguments">Its arguments, one by one: no shell ever sees them.</param>
internal sealed record FfmpegRun(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Limits of the kernel; null for work on the program's own frames.</summary>
    public ProcessLimits? Limits { get; init; }

    /// <summary>Wall-clock limit; null: none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Writes to the process, on a thread of its own; null: it finds an empty input.</summary>
    public Action<Stream>? Feed { get; init; }

    /// <summary>Reads from the process, on a thread of its own; what it throws ends the process. Null: the output is thrown away.</summary>
    public Action<Stream>? Drain { get; init; }
}

/// <summary>How a run ended.</summary>
/// <param name="ExitCode">0 where the process thinks it did well; above 128 where a signal ended it.</param>
/// <param name="Log">What it said.</param>
internal sealed record FfmpegOutcome(int ExitCode, FfmpegLog Log);

/// <summary>Runs ffmpeg and ffprobe: streams in both directions at once, and no process left behind in any case.</summary>
internal static class FfmpegProcess
{
    // A killed process needs a moment until the kernel has closed its streams.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Runs to the end.</summary>
    /// <exception cref="OperationCanceledException">Cancelled: the process and all its children are dead.</exception>
    /// <exception cref="TimeoutException">Out of time: the process and all its children are dead.</exception>
    /// <exception cref="VgpnnException">Kind Device: the program cannot be started.</exception>
    public static async Task<FfmpegOutcome> RunAsync(FfmpegRun run, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using EmptyFolder? folder = run.Limits is null ? null : new EmptyFolder();
        using var process = new Process { StartInfo = Sandbox.StartInfo(run.Program, run.Arguments, run.Limits, folder?.Path) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw MediaErrors.ToolBroken(run.Program, e);
        }

        var log = new FfmpegLog();
        Task all = Task.WhenAll(
            OnOwnThread(() => Guarded(process, () => Feed(process.StandardInput, run.Feed))),
            OnOwnThread(() => Guarded(process, () => (run.Drain ?? Discard)(process.StandardOutput.BaseStream))),
            OnOwnThread(() => Guarded(process, () => log.Read(process.StandardError.BaseStream))),
            process.WaitForExitAsync(CancellationToken.None));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (run.Timeout is { } timeout) stop.CancelAfter(timeout);
        try
        {
            await all.WaitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Sandbox.Kill(process);
            await all.WaitAsync(Settling, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException();
        }

        // What a shell and its like end with where they cannot start what they were told to; ffmpeg itself never does.
        if (process.ExitCode is 126 or 127) throw MediaErrors.ToolBroken(run.Program, null);
        return new FfmpegOutcome(process.ExitCode, log);
    }

    private static void Feed(StreamWriter input, Action<Stream>? feed)
    {
        try
        {
            feed?.Invoke(input.BaseStream);
            input.Close();
        }
        catch (IOException)
        {
            // The process ended before it had read everything; its exit code and its log say why.
        }
    }

    private static void Guarded(Process process, Action work)
    {
        try
        {
            work();
        }
        catch
        {
            // Nobody is at the other end any more: the process would wait for ever.
            Sandbox.Kill(process);
            throw;
        }
    }

    private static void Discard(Stream stream) => stream.CopyTo(Stream.Null);

    // The streams block; threads of the pool would be too few for several runs at once.
    private static Task OnOwnThread(Action body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
