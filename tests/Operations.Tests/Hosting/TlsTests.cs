using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Operations.Tests.Hosting;

/// <summary>Silos with the certificates that docs/operations.md makes.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-certificates-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Silos_with_certificates_work_together_and_others_cannot_join()
    {
        (string, string)[] own = await CertificateAsync("own"), foreign = await CertificateAsync("foreign");
        await using SiloCluster cluster = await SiloCluster.PostgresAsync();
        SiloProcess api = await cluster.StartAsync([("roles", "api"), ("serve", "true"), .. own]);
        await cluster.StartAsync([("roles", "worker"), .. own]);
        SiloProcess plain = cluster.Launch("", ("roles", "worker")), stranger = cluster.Launch("", [("roles", "worker"), .. foreign]);
        using Calls calls = cluster.Call(api);
        Video video = await calls.UploadAsync(await Clips.SmallAsync());
        Assert.Equal(WorkState.Succeeded, (await calls.FinishedAsync(await calls.SubmitAsync(video.Id, 2))).State);

        // Both had more time than a silo needs to join.
        await Task.Delay(TimeSpan.FromSeconds(5));
        foreach (SiloProcess outsider in (SiloProcess[])[plain, stranger])
            Assert.True(outsider.HasExited || await outsider.HealthAsync("startup") is not { } answer || !answer.StartsWith("200", StringComparison.Ordinal), outsider.Log);
        Assert.Single(await calls.WorkersAsync());
    }

    [Fact]
    public async Task Incomplete_settings_are_rejected()
    {
        await using SiloCluster cluster = SiloCluster.Sqlite();
        SiloProcess silo = cluster.Launch("", ("tlsCertificate", "tls.crt"));
        Assert.Equal(2, await silo.ExitAsync());
        Assert.Contains("set TlsCertificate, TlsKey and TlsAuthority", silo.Log, StringComparison.Ordinal);
    }

    /// <summary>Runs the commands of the document.</summary>
    private async Task<(string, string)[]> CertificateAsync(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        string[] commands = [.. (await File.ReadAllTextAsync(Repository.At("docs", "operations.md"))).Split('\n').Where(l => l.StartsWith("openssl ", StringComparison.Ordinal))];
        Assert.Equal(3, commands.Length);
        foreach (string command in commands)
        {
            (int code, _, string error) = await Repository.RunAsync("openssl", command.Split(' ')[1..], directory: folder);
            Assert.True(code == 0, error);
        }

        return [("tlsCertificate", Path.Combine(folder, "tls.crt")), ("tlsKey", Path.Combine(folder, "tls.key")), ("tlsAuthority", Path.Combine(folder, "ca.crt"))];
    }
}
