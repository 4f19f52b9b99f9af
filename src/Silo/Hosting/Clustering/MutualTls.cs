using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;
using Vgpnn.Grains;

namespace Vgpnn.Silo.Hosting.Clustering;

/// <summary>
/// TLS between silos, and between clients and silos: both sides present a certificate that chains to the cluster's own authority. The
/// certificate and its key are read again when their files change, so that a rotation needs no restart.
/// </summary>
internal sealed class MutualTls
{
    /// <summary>Certificates belong to the cluster, not to host names: silos are addressed by IP address.</summary>
    private const string TargetHost = "vgpnn-silo";

    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly string _authorityPath;
    private readonly Lock _lock = new();
    private (DateTime Written, X509Certificate2 Certificate, X509Certificate2Collection Authorities) _loaded;

    /// <summary>Reads the files.</summary>
    /// <exception cref="GrainException"><c>bad-setting</c>: a file is missing or cannot be used.</exception>
    public MutualTls(string certificatePath, string keyPath, string authorityPath)
    {
        (_certificatePath, _keyPath, _authorityPath) = (certificatePath, keyPath, authorityPath);
        try
        {
            _loaded = Load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new GrainException(
                "bad-setting", $"cannot read the TLS certificate: {e.Message}", "check the PEM files in TlsCertificate, TlsKey and TlsAuthority");
        }

        if (!IsTrusted(_loaded.Certificate, null))
        {
            throw new GrainException(
                "bad-setting", $"the certificate {certificatePath} does not chain to the authority {authorityPath}, or has expired",
                "issue the certificate of every silo from the same authority");
        }
    }

    /// <summary>Applies the certificates to a silo's or a client's connections.</summary>
    public void Configure(TlsOptions options)
    {
        options.LocalCertificate = Current().Certificate;
        options.LocalServerCertificateSelector = (_, _) => Current().Certificate;
        options.LocalClientCertificateSelector = (_, _, _, _, _) => Current().Certificate;
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.RemoteCertificateValidation = (certificate, chain, errors) =>
            !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) && IsTrusted(certificate, chain);
        options.OnAuthenticateAsClient = (_, client) => client.TargetHost = TargetHost;
    }

    private bool IsTrusted(X509Certificate2 certificate, X509Chain? received)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509Certificate2 authority in Current().Authorities)
            (IsRoot(authority) ? chain.ChainPolicy.CustomTrustStore : chain.ChainPolicy.ExtraStore).Add(authority);
        if (received is not null) chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);
        return chain.Build(certificate);
    }

    private static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private (DateTime Written, X509Certificate2 Certificate, X509Certificate2Collection Authorities) Current()
    {
        lock (_lock)
        {
            try
            {
                if (LastWritten() != _loaded.Written) _loaded = Load();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                // The files are being replaced: the certificate in memory stays in use until they are complete.
            }

            return _loaded;
        }
    }

    private (DateTime Written, X509Certificate2 Certificate, X509Certificate2Collection Authorities) Load()
    {
        DateTime written = LastWritten();
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(_authorityPath);
        return (written, X509Certificate2.CreateFromPemFile(_certificatePath, _keyPath), authorities);
    }

    private DateTime LastWritten() => new[] { _certificatePath, _keyPath, _authorityPath }.Max(LastWritten);

    // Kubernetes mounts a secret as symbolic links, which stay the same when the files behind them are replaced.
    private static DateTime LastWritten(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.LastWriteTimeUtc ?? File.GetLastWriteTimeUtc(path);
}
