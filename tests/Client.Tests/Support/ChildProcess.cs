using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vgpnn.Client.Tests.Support;

/// <summary>The exit code and output of a child process.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Error);

/// <summary>Runs child processes with a time limit, so that a hanging process fails only its test.</summary>
public static class ChildProcess
{
    public const int SigInt = 2;
    public const int SigTerm = 15;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    public static Process Start(string program, IEnumerable<string> arguments, string directory)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (string name in (string[])["VGPNN_COMMAND", "VGPNN_DEBUG", "NO_COLOR"]) start.Environment.Remove(name);
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static async Task<ProcessResult> RunAsync(string program, IEnumerable<string> arguments, string directory)
    {
        using Process process = Start(program, arguments, directory);
        return await FinishAsync(process, process.StandardOutput.ReadToEndAsync());
    }

    /// <summary>Waits for the process to exit.</summary>
    /// <param name="process">The process.</param>
    /// <param name="output">Reads the rest of its stdout.</param>
    public static async Task<ProcessResult> FinishAsync(Process process, Task<string> output)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} did not end within {Limit}");
        }

        return new ProcessResult(process.ExitCode, await output, await error);
    }

    public static void Signal(Process process, int signal) => Assert.Equal(0, Kill(process.Id, signal));

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
