using System.Diagnostics;
using System.Formats.Tar;
using System.Text.Json;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

/// <summary>The command line against a real server.</summary>
[Collection(ServerGroup.Name)]
public sealed class ClientTests(ApiServer server) : IDisposable
{
    private readonly string _place = Directory.CreateTempSubdirectory("vgpnn-client-").FullName;

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [Fact]
    public async Task Submit_wait_and_download_give_the_samples_of_generate()
    {
        await File.WriteAllBytesAsync(Path.Combine(_place, "clip.mp4"), await Clips.SmallAsync());
        string[] options = ["clip.mp4", "-n", "2", "--seed", "7", "--iterations", "2", "--noise", "3"];
        JsonElement request = Json((await RunAsync(["submit", "generate", .. options, "--json"])).Output);
        string id = request.GetProperty("id").GetString()!;
        (int code, string output, string error) = await RunAsync(["wait", id]);
        Assert.True(code == 0 && output.StartsWith("2 samples finished", StringComparison.Ordinal), output + error);
        Assert.Contains("sample 1: finished", error, StringComparison.Ordinal);
        Assert.Contains(id, (await RunAsync(["status"])).Output, StringComparison.Ordinal);
        Assert.Contains("succeeded", (await RunAsync(["status", id])).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(["download", id, "-o", "out"])).Code);
        Assert.Equal(["request.json", "sample-0000.mp4", "sample-0001.mp4"], Directory.EnumerateFiles(Path.Combine(_place, "out")).Select(Path.GetFileName).Order());
        JsonElement manifest = Json(await File.ReadAllTextAsync(Path.Combine(_place, "out", "request.json")));
        Assert.Equal(
            await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 7, 2),
            manifest.GetProperty("samples").EnumerateArray().Select(s => s.GetProperty("framesSha256").GetString()));
        Assert.Contains("cpu", await File.ReadAllTextAsync(Path.Combine(_place, "out", "request.json")), StringComparison.Ordinal);
        Assert.Equal("already-over", Json((await RunAsync(["cancel", id, "--json"])).Output).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Tenants_and_silos_are_listed_and_keys_work()
    {
        string name = $"studio-{Guid.NewGuid():N}";
        Assert.Equal(0, (await RunAsync(["tenant", "add", name, "--max-bytes", "20G"])).Code);
        Assert.Equal(0, (await RunAsync(["tenant", "limit", name, "--weight", "2"])).Code);
        JsonElement tenant = Json((await RunAsync(["tenant", "list", "--json"])).Output).EnumerateArray().Single(t => t.GetProperty("name").GetString() == name);
        Assert.Equal(20L << 30, tenant.GetProperty("allowed").GetProperty("maxBytes").GetInt64());
        Assert.Equal(2, tenant.GetProperty("allowed").GetProperty("weight").GetInt32());
        string key = (await RunAsync(["tenant", "key", name])).Output.Trim();
        Assert.Equal(0, (await RunAsync(["status"], key)).Code);
        (int code, _, string error) = await RunAsync(["nodes"], key);
        Assert.Equal(5, code);
        Assert.Contains("no scope 'admin'", error, StringComparison.Ordinal);
        Assert.Contains("s ago", (await RunAsync(["nodes"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_errors_exit_with_5_and_their_code()
    {
        (int code, string output, _) = await RunAsync(["status", new string('0', 32), "--json"]);
        Assert.Equal((5, "not-found"), (code, Json(output).GetProperty("code").GetString()));
        (code, output, _) = await RunAsync(["status", "--json", "--server", "http://127.0.0.1:1"]);
        Assert.Equal((5, "server-unreachable"), (code, Json(output).GetProperty("code").GetString()));
        (code, output, _) = await RunAsync(["status", "--json"], key: "hello");
        Assert.Equal((5, "key-malformed"), (code, Json(output).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Interrupted_batch_resumes_and_makes_every_sample_once_locally_and_on_a_server()
    {
        await File.WriteAllBytesAsync(Path.Combine(_place, "clip.mp4"), await Clips.SmallAsync());
        await File.WriteAllLinesAsync(Path.Combine(_place, "batch.jsonl"), Enumerable.Range(0, 12).Select(i =>
            $"{{\"key\":\"k{i}\",\"input\":\"clip.mp4\",\"samples\":2,\"seed\":{i},\"settings\":{{\"iterations\":2,\"noise\":3}}}}"));
        string[] command = ["batch", "batch.jsonl", "-o", "set", "--shard-samples", "10", "--in-flight", "3", "--server", server.Address];
        using (Process process = Start(command, server.FirstKey))
        {
            await Cluster.Tests.Support.Until.HoldsAsync("some samples are there", () => Task.FromResult(Parts() > 2));
            Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
            await process.WaitForExitAsync();
            Assert.Equal(130, process.ExitCode);
        }

        Assert.InRange(Samples("set").Count, 0, 23);
        (int code, string output, string error) = await RunAsync(command);
        Assert.True(code == 0 && output.StartsWith("24 samples in set", StringComparison.Ordinal), output + error);
        Assert.Equal(3, Directory.EnumerateFiles(Path.Combine(_place, "set"), "shard-*.tar").Count());
        Dictionary<string, string> made = Samples("set");
        Assert.Equal(24, made.Count);
        Assert.Equal((await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 3, 2))[1], made["k3-0001"]);
        Assert.Contains("0 made by this run", (await RunAsync(command)).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync(["batch", "batch.jsonl", "-o", "here", "--threads", "2"])).Code);
        Assert.Equal(made.OrderBy(m => m.Key), Samples("here").OrderBy(m => m.Key));

        int Parts() => Directory.Exists(Path.Combine(_place, "set")) ? Directory.EnumerateFiles(Path.Combine(_place, "set"), "*", SearchOption.AllDirectories).Count(f => f.EndsWith(".json", StringComparison.Ordinal)) : 0;
    }

    [Fact]
    public async Task Failed_line_of_a_batch_does_not_stop_the_others()
    {
        await File.WriteAllBytesAsync(Path.Combine(_place, "clip.mp4"), await Clips.SmallAsync());
        await File.WriteAllTextAsync(Path.Combine(_place, "bad.mp4"), "no video");
        await File.WriteAllLinesAsync(Path.Combine(_place, "batch.jsonl"), [
            "{\"input\":\"bad.mp4\"}", "{\"input\":\"clip.mp4\",\"settings\":{\"iterations\":2,\"noise\":3}}"]);
        (int code, string output, _) = await RunAsync(["batch", "batch.jsonl", "-o", "set", "--server", server.Address, "--json"]);
        Assert.Equal((5, "input-unknown-format"), (code, Json(output).GetProperty("code").GetString()));
        Assert.Equal("000002-0000", Assert.Single(Samples("set")).Key);
    }

    // Names and hashes in the shards must equal those in the manifest.
    private Dictionary<string, string> Samples(string directory)
    {
        var found = new Dictionary<string, string>();
        foreach (string tar in Directory.EnumerateFiles(Path.Combine(_place, directory), "shard-*.tar"))
        {
            using var reader = new TarReader(File.OpenRead(tar));
            var names = new HashSet<string>();
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                names.Add(entry.Name);
                if (!entry.Name.EndsWith(".json", StringComparison.Ordinal)) continue;
                found.Add(entry.Name[..^5], JsonDocument.Parse(entry.DataStream!).RootElement.GetProperty("framesSha256").GetString()!);
            }

            Assert.All(names, n => Assert.Contains(Path.ChangeExtension(n, n.EndsWith("json", StringComparison.Ordinal) ? "mp4" : "json"), names));
        }

        string manifest = Path.Combine(_place, directory, "manifest.jsonl");
        if (File.Exists(manifest)) Assert.Equal(found.Keys.Order(), File.ReadLines(manifest).Select(l => Json(l).GetProperty("key").GetString()!).Order());
        return found;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private Process Start(string[] arguments, string key)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "vgpnn.dll"), .. arguments])
        {
            WorkingDirectory = _place,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["VGPNN_KEY"] = key;
        start.Environment["VGPNN_SERVER"] = server.Address;
        return Process.Start(start)!;
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, string? key = null)
    {
        using Process process = Start(arguments, key ?? server.FirstKey);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
