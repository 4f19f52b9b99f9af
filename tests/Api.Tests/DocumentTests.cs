using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

/// <summary>Runs the commands about servers in README and in the tutorial on a server for a team, in the order of the document.</summary>
public sealed partial class DocumentTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/tutorials/team-server.md")]
    public async Task Server_commands_in_the_documentation_run(string document)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vgpnn.sln"))) root = root.Parent;
        string[] commands = [.. Command().Matches(await File.ReadAllTextAsync(Path.Combine(root!.FullName, document))).Select(m => m.Groups[m.Groups[1].Success ? 1 : 2].Value)];
        Assert.Equal("serve", commands[0]);
        Assert.True(commands.Length >= 4, string.Join('\n', commands));
        string place = Directory.CreateTempSubdirectory("vgpnn-readme-").FullName;
        int port = PostgresServer.FreePort();
        await File.WriteAllBytesAsync(Path.Combine(place, "clip.mp4"), await Clips.SmallAsync());
        if (document == "README.md") commands = [.. commands, "batch requests.jsonl -o set --server http://127.0.0.1:7413"];
        await File.WriteAllTextAsync(Path.Combine(place, "requests.jsonl"), "{\"input\": \"clip.mp4\", \"samples\": 2, \"settings\": {\"noise\": 3}}\n");
        using Process server = Start(place, port, ["serve", "--port", port.ToString(CultureInfo.InvariantCulture)]);
        try
        {
            // On a busy machine warnings may come before it.
            string? line;
            do line = await server.StandardOutput.ReadLineAsync();
            while (line is not null && !line.StartsWith("Vgpnn ", StringComparison.Ordinal));
            Assert.StartsWith($"Vgpnn listens on http://127.0.0.1:{port}", line, StringComparison.Ordinal);
            Assert.StartsWith($"Open http://127.0.0.1:{port}/#enter=vgp_once_", await server.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
            Assert.Contains("signs one browser in, once", await server.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
            Assert.Contains("vgp_live_", await server.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);

            // The request is made once more: a finished one cannot be cancelled.
            string[] all = [.. commands[1..].SelectMany(c => c.StartsWith("cancel", StringComparison.Ordinal) ? [commands[1], c] : new[] { c })];
            foreach (string command in all)
            {
                string[] arguments = command.Replace("7413", $"{port}", StringComparison.Ordinal).Split(' ');
                using Process process = Start(place, port, arguments);
                Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
                await process.WaitForExitAsync();
                Assert.True(process.ExitCode == 0, $"{command}: {process.ExitCode}\n{await output}\n{await error}");
            }

            Assert.Equal(4, Directory.EnumerateFiles(Path.Combine(place, "fetched"), "*.mp4").Count());

            // The server replaced the program's process: Ctrl-C reaches it, and it exits by itself.
            Process.Start("kill", ["-INT", $"{server.Id}"]).WaitForExit();
            await server.WaitForExitAsync();
            Assert.Equal(0, server.ExitCode);
        }
        finally
        {
            if (!server.HasExited) server.Kill();
            await server.WaitForExitAsync();
            Directory.Delete(place, recursive: true);
        }
    }

    private static Process Start(string place, int port, string[] arguments)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "vgpnn.dll"), .. arguments])
        {
            WorkingDirectory = place,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["VGPNN_SERVER"] = $"http://127.0.0.1:{port}";
        start.Environment.Remove("VGPNN_KEY");
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"^\./vgpnn ((?:serve|submit|wait|download|tenant)\b[^\n`]*)$|`\./vgpnn ((?:status|cancel)[^`]*)`", RegexOptions.Multiline)]
    private static partial Regex Command();
}
