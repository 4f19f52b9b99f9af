using System.ComponentModel;
using System.Diagnostics;
using FFMpegCore;
using Instances;
using Instances.Exceptions;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>Runs ffmpeg and ffprobe through FFMpegCore and the sandbox's launcher; in no case does it leave a process behind.</summary>
internal static class FfmpegRunner
{
    // A killed process needs a moment until the kernel has closed its streams.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    // Otherwise FFMpegCore would read its options from a file in the working directory.
    static FfmpegRunner() => GlobalFFOptions.Configure(new FFOptions());

    /// <summary>Runs ffmpeg to its end.</summary>
    /// <param name="run">The run.</param>
    /// <param name="input">ffmpeg's words up to and including the input.</param>
    /// <param name="output">Adds the output.</param>
    /// <param name="cancellation">Kills the process and all its children.</param>
    /// <exception cref="TimeoutException">Out of time; the process and all its children are dead.</exception>
    /// <exception cref="VgpnnException">Kind Device: the program is missing or cannot be started.</exception>
    public static Task<FfmpegOutcome> FfmpegAsync(
        FfmpegRun run, IEnumerable<string> input, Func<FFMpegArguments, FFMpegArgumentProcessor> output, CancellationToken cancellation) => RunAsync(
        "ffmpeg",
        run,
        (options, streams) =>
        {
            FFMpegArguments arguments = FFMpegArguments.FromInput(new SandboxedInput(streams, [.. ProcessLimits.LauncherArguments(run.Limits), .. input]), null);
            FFMpegArgumentProcessor processor = output(arguments).CancellableThrough(out Action kill, TimeSpan.Zero);
            return (ExitCodeAsync(processor.ProcessAsynchronously(throwOnError: false, options)), kill);
        },
        cancellation);

    /// <summary>Runs ffprobe to its end.</summary>
    /// <inheritdoc cref="FfmpegAsync"/>
    /// <param name="run">The run.</param>
    /// <param name="arguments">All of ffprobe's arguments.</param>
    /// <param name="cancellation">Kills the process and all its children.</param>
    public static Task<FfmpegOutcome> FfprobeAsync(FfmpegRun run, IEnumerable<string> arguments, CancellationToken cancellation) => RunAsync(
        "ffprobe",
        run,
        (options, streams) =>
        {
            // FFProbe itself chooses its arguments, and throws what it likes at files without streams.
            var start = new ProcessStartInfo(GlobalFFOptions.GetFFProbeBinaryPath(options), [.. ProcessLimits.LauncherArguments(run.Limits), .. arguments])
            {
                WorkingDirectory = options.WorkingDirectory,
            };
            streams.Open();
            IProcessInstance instance = new ProcessArguments(start).Start();
            streams.Start();
            return (ExitCodeAsync(instance, streams), () => instance.Kill());
        },
        cancellation);

    private static async Task<FfmpegOutcome> RunAsync(
        string tool, FfmpegRun run, Func<FFOptions, CallStreams, (Task<int> ExitCode, Action Kill)> start, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string program = run.Programs.Find(tool) ?? throw MediaErrors.ToolMissing(tool);
        run.Directory.Link(tool, program);
        var log = new FfmpegLog();
        using var streams = new CallStreams(run.Directory, run.Feed, run.Drain, log.Read);
        int code;
        try
        {
            var options = new FFOptions { BinaryFolder = Launcher.Directory, WorkingDirectory = run.Directory.Work };
            (Task<int> exitCode, Action kill) = start(options, streams);
            code = await WithinAsync(exitCode, streams, kill, run.Timeout, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Win32Exception or InstanceException or IOException)
        {
            throw MediaErrors.ToolBroken(program, e);
        }

        // What the launcher ends with if it cannot start what it was told to; ffmpeg itself never does.
        if (code is 125 or 126 or 127) throw MediaErrors.ToolBroken(program, null);
        return new FfmpegOutcome(code, log);
    }

    private static async Task<int> WithinAsync(Task<int> exitCode, CallStreams streams, Action kill, TimeSpan? timeout, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (timeout is { } limit) stop.CancelAfter(limit);
        Task<int> all = AllAsync(exitCode, streams);
        try
        {
            return await all.WaitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            streams.Kill();
            await Task.WhenAny(all, Task.Run(() => Attempt(kill), CancellationToken.None)).ConfigureAwait(false);

            // What is not over by now, such as a descendant that has left the group, is not waited for.
            await ((Task)all).WaitAsync(Settling, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ = all.ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException();
        }
    }

    // Exceptions of the streams come out as they are, whatever FFMpegCore makes of them.
    private static async Task<int> AllAsync(Task<int> exitCode, CallStreams streams)
    {
        await ((Task)exitCode).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await streams.Completion.ConfigureAwait(false);
        return await exitCode.ConfigureAwait(false);
    }

    private static async Task<int> ExitCodeAsync(Task<FFMpegResult> running) => (await running.ConfigureAwait(false)).ExitCode;

    private static async Task<int> ExitCodeAsync(IProcessInstance instance, CallStreams streams)
    {
        using (instance)
        {
            try
            {
                return (await instance.WaitForExitAsync().ConfigureAwait(false)).ExitCode;
            }
            finally
            {
                streams.Release();
            }
        }
    }

    private static void Attempt(Action kill)
    {
        try
        {
            kill();
        }
        catch (Exception e) when (e is InstanceProcessAlreadyExitedException or InvalidOperationException or IOException or Win32Exception or ObjectDisposedException)
        {
            // It was gone already.
        }
    }
}
