using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vgpnn.Kernels.Tests;

/// <summary>Runs <see cref="Probe"/> in a separate process with a given environment.</summary>
internal static class ProbeProcess
{
    /// <returns>The lines of its standard output.</returns>
    public static async Task<string[]> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        string runtime = RuntimeEnvironment.GetRuntimeDirectory();
        string dotnet = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(dotnet, [typeof(Probe).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
