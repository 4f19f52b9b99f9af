using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;
using Vgpnn.Grains;
using Vgpnn.Silo.Hosting.Clustering;

namespace Vgpnn.Operations.Tests.Hosting;

/// <summary>Certificates of silos, in files as Kubernetes mounts them: links to a directory that is replaced as a whole.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-tls-").FullName;
    private readonly X509Certificate2 _authority = NewAuthority();
    private int _version;

    public MutualTlsTests()
    {
        foreach (string file in (string[])["tls.crt", "tls.key", "ca.crt"]) File.CreateSymbolicLink(At(file), Path.Combine("..data", file));
        Mount(_authority);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Renewed_certificate_is_used_without_a_restart()
    {
        TlsOptions options = Options();
        string before = Presented(options);
        Mount(_authority);
        Assert.NotEqual(before, Presented(options));
    }

    [Fact]
    public void Incomplete_renewal_keeps_the_certificate_in_use()
    {
        TlsOptions options = Options();
        string before = Presented(options);
        string next = Directory.CreateDirectory(At($"..{++_version}")).FullName;
        File.WriteAllText(Path.Combine(next, "tls.crt"), "-----BEGIN CERTIFICATE-----");
        Swap(next);
        Assert.Equal(before, Presented(options));
    }

    [Fact]
    public void Certificates_of_the_authority_are_trusted_and_others_are_not()
    {
        TlsOptions options = Options();
        using X509Certificate2 own = NewCertificate(_authority), expired = NewCertificate(_authority, days: -1), authority = NewAuthority(), foreign = NewCertificate(authority);
        Assert.True(options.RemoteCertificateValidation!(own, null!, default));
        Assert.False(options.RemoteCertificateValidation(expired, null!, default));
        Assert.False(options.RemoteCertificateValidation(foreign, null!, default));
        Assert.Equal(RemoteCertificateMode.RequireCertificate, options.RemoteCertificateMode);
        Assert.Equal(RemoteCertificateMode.RequireCertificate, options.ClientCertificateMode);
    }

    [Fact]
    public void Certificate_of_another_authority_is_rejected_at_the_start()
    {
        using X509Certificate2 other = NewAuthority();
        Mount(_authority, other);
        Assert.Equal("bad-setting", Assert.Throws<GrainException>(Options).Code);
    }

    private static X509Certificate2 NewAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=vgpnn-silo-authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
    }

    private static X509Certificate2 NewCertificate(X509Certificate2 authority, int days = 5)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=vgpnn-silo", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("vgpnn-silo");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private static string Presented(TlsOptions options) => options.LocalServerCertificateSelector!(null!, "")!.Thumbprint;

    private string At(string name) => Path.Combine(_directory, name);

    private TlsOptions Options()
    {
        var options = new TlsOptions();
        new MutualTls(At("tls.crt"), At("tls.key"), At("ca.crt")).Configure(options);
        return options;
    }

    private void Mount(X509Certificate2 issuer, X509Certificate2? authority = null)
    {
        using X509Certificate2 certificate = NewCertificate(issuer);
        string next = Directory.CreateDirectory(At($"..{++_version}")).FullName;
        File.WriteAllText(Path.Combine(next, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(next, "tls.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(next, "ca.crt"), (authority ?? issuer).ExportCertificatePem());
        foreach (string file in Directory.EnumerateFiles(next)) File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(_version));
        Swap(next);
    }

    private void Swap(string next)
    {
        File.Delete(At("..data"));
        File.CreateSymbolicLink(At("..data"), next);
    }
}
