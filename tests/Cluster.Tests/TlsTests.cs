using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vgpnn.Cluster.Tests.Support;

namespace Vgpnn.Cluster.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-tls-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Silos_with_certificates_of_one_authority_form_a_cluster_which_others_cannot_join()
    {
        (string, string)[] ours = Certificates("ours"), theirs = Certificates("theirs");
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await cluster.StartAsync(ours);
        await cluster.StartAsync(ours);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(8);
        await tenant.SucceedsAsync(request);
        Assert.Equal(2, Enumerable.Range(0, 8).Select(i => Assert.Single(cluster.Attempts(request, i)).Silo).Distinct().Count());

        foreach ((string, string)[] certificates in (IEnumerable<(string, string)[]>)[[], theirs])
        {
            SiloProcess stranger = cluster.LaunchApart(certificates);
            await stranger.SaysAsync("ping");
            Assert.False((await stranger.HealthAsync("ready"))?.StartsWith("200", StringComparison.Ordinal) ?? false);
            stranger.Kill();
            await stranger.ExitAsync();
        }

        await tenant.SucceedsAsync(await tenant.SubmitAsync(4, seed: 8));
        (int code, string said) = await cluster.RunAsync("check", ours);
        Assert.True(code == 0, said);
    }

    /// <summary>Settings of a silo with a certificate of a new authority.</summary>
    private (string Name, string Value)[] Certificates(string name)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1), to = from.AddDays(30);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest($"CN={name} authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 issuer = authority.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest($"CN={name} silo", key, HashAlgorithmName.SHA256)
            .Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        return
        [
            ("tlsCertificate", Write("certificate", certificate.ExportCertificatePem())),
            ("tlsKey", Write("key", key.ExportPkcs8PrivateKeyPem())),
            ("tlsAuthority", Write("authority", issuer.ExportCertificatePem())),
        ];

        string Write(string what, string content)
        {
            string path = Path.Combine(_directory, $"{name}-{what}.pem");
            File.WriteAllText(path, content);
            return path;
        }
    }
}
