using System.Diagnostics;
using System.Text.Json;

namespace Vgpnn.Client.Tests.Support;

/// <summary>Runs the real program in a separate process.</summary>
public static class VgpnnProgram
{
    /// <summary>The assembly built with these tests.</summary>
    public static string Assembly { get; } = typeof(Interruption).Assembly.Location;

    public static string Host { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    public static Process Start(string directory, params string[] arguments) =>
        ChildProcess.Start(Host, [Assembly, .. arguments], directory);

    /// <summary>
    /// Starts the program with the default handling of SIGINT, which background jobs of a shell ignore.
    /// </summary>
    public static Process StartInterruptible(string directory, params string[] arguments) =>
        ChildProcess.Start("env", ["--default-signal=INT", Host, Assembly, .. arguments], directory);

    public static Task<ProcessResult> RunAsync(string directory, params string[] arguments) =>
        ChildProcess.RunAsync(Host, [Assembly, .. arguments], directory);

    /// <summary>Runs the program and expects success.</summary>
    public static async Task<ProcessResult> SucceedAsync(string directory, params string[] arguments)
    {
        ProcessResult result = await RunAsync(directory, arguments);
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }

    /// <summary>Runs a printed command line in a shell and expects success.</summary>
    public static async Task ShellAsync(string directory, string command)
    {
        string script = $"vgpnn() {{ '{Host}' '{Assembly}' \"$@\"; }}\n{command}";
        ProcessResult result = await ChildProcess.RunAsync("/bin/sh", ["-c", script], directory);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    /// <summary>Parses the lines of <c>--json</c>.</summary>
    public static IReadOnlyList<JsonElement> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static string Type(this JsonElement line) => line.GetProperty("type").GetString()!;
}
