using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains.Keys;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Hosting;

/// <summary>How an operator gets the first key of a cluster.</summary>
public sealed partial class AdminKeyTests
{
    [Fact]
    public async Task Key_that_silo_key_makes_administers_a_new_cluster()
    {
        await using SiloCluster cluster = await SiloCluster.PostgresAsync();
        SiloProcess verb = cluster.Launch("key");
        Assert.Equal(0, await verb.ExitAsync());
        string key = verb.Log.Trim();

        cluster.Environment["VGPNN_ADMINKEY"] = key;
        SiloProcess first = await cluster.StartAsync();
        SiloProcess second = await cluster.StartAsync();
        foreach (SiloProcess silo in (SiloProcess[])[first, second]) Assert.Equal(HttpStatusCode.OK, await TenantsAsync(silo, key));
        Assert.DoesNotContain(key, first.Log + second.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistyped_admin_key_is_refused_without_printing_it()
    {
        await using SiloCluster cluster = SiloCluster.Sqlite();
        string key = KeyText.New(KeyText.Key).ToString();
        cluster.Environment["VGPNN_ADMINKEY"] = key[..^1] + (key[^1] == 'A' ? 'B' : 'A');
        SiloProcess silo = cluster.Launch();
        Assert.Equal(2, await silo.ExitAsync());
        Assert.Contains("AdminKey", silo.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("vgp_live", silo.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_of_the_overlay_dev_has_a_valid_key()
    {
        string folder = Directory.CreateTempSubdirectory("vgpnn-secrets-").FullName;
        try
        {
            // Stands in for a cluster without the Secret: it only writes down what it is to create.
            string kubectl = Path.Combine(folder, "kubectl");
            await File.WriteAllTextAsync(kubectl, $"#!/bin/sh\ncase \"$1 $2\" in 'get secret') exit 1;; create*) cat >{folder}/created;; esac\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var start = new ProcessStartInfo(Repository.At("k8s", "secrets"), ["dev", "vgpnn"]) { RedirectStandardOutput = true };
            start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
            using Process process = Process.Start(start)!;
            Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
            string key = Key().Match(await File.ReadAllTextAsync(Path.Combine(folder, "created"))).Groups[1].Value;
            Assert.Equal(KeyText.Key, KeyText.Read(key)?.Prefix);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<HttpStatusCode> TenantsAsync(SiloProcess silo, string key)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{silo.Port}/v1/tenants")) { Headers = { { "Authorization", $"Bearer {key}" } } };
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }

    [GeneratedRegex("admin-key: \"(.*)\"")]
    private static partial Regex Key();
}
