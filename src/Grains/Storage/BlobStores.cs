using System.Text.RegularExpressions;
using Amazon.S3;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Storage.Blobs.Cloud;
using Vgpnn.Grains.Storage.Blobs.Files;

namespace Vgpnn.Grains.Storage;

/// <summary>Opens the blob store that a setting names.</summary>
public static partial class BlobStores
{
    private const string AzurePrefix = "azure:";
    private const string ContainerPart = "Container=";
    private const string DefaultContainer = "vgpnn";

    /// <summary>Opens a blob store; does not access it.</summary>
    /// <param name="setting">
    /// One of
    /// <list type="bullet">
    /// <item>the path of a directory;</item>
    /// <item><c>azure:CONNECTION[;Container=NAME]</c>: an Azure Storage connection string, and a container (default <c>vgpnn</c>);</item>
    /// <item><c>azure:https://ACCOUNT.blob.core.windows.net/CONTAINER</c>, with a shared access signature as its query, or
    /// without one with the credentials of the environment, a workload identity or a managed identity;</item>
    /// <item><c>s3://BUCKET[/PREFIX][?region=REGION][&amp;endpoint=URL][&amp;pathstyle=true|false]</c>: a bucket of Amazon S3 or, with
    /// an endpoint, of another service, with the credentials that the AWS SDK finds: the environment (<c>AWS_ACCESS_KEY_ID</c>,
    /// <c>AWS_SECRET_ACCESS_KEY</c>), a profile, a web identity, a container or an instance.</item>
    /// </list>
    /// </param>
    /// <exception cref="GrainException">The setting is invalid (<c>bad-blob-store</c>).</exception>
    public static IBlobStore Open(string setting) => Open(setting, AzureBlobs.DefaultPatience);

    internal static IBlobStore Open(string setting, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(setting);
        if (setting.StartsWith(AzurePrefix, StringComparison.Ordinal))
            return new AzureBlobs(Container(setting[AzurePrefix.Length..], AzureBlobs.Options(patience)), patience);
        if (setting.StartsWith(S3Address.Scheme, StringComparison.Ordinal)) return Bucket(setting, patience);

        // A mistyped setting must not become a directory whose name holds an account's key.
        if (string.IsNullOrWhiteSpace(setting) || setting.Contains('\0') || NotADirectory().IsMatch(setting))
            throw Bad("the blob store setting is neither a directory nor an azure: or s3:// setting");
        return new FileBlobs(setting);
    }

    /// <summary>Whether a setting names a directory, and not a service.</summary>
    public static bool IsDirectory(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return !setting.StartsWith(AzurePrefix, StringComparison.Ordinal) && !setting.StartsWith(S3Address.Scheme, StringComparison.Ordinal);
    }

    private static S3Blobs Bucket(string setting, TimeSpan patience)
    {
        try
        {
            S3Address address = S3Address.Parse(setting);
            return new S3Blobs(new AmazonS3Client(address.ToConfig(patience)), address, patience);
        }
        catch (FormatException e)
        {
            throw Bad($"the blob store setting is not a valid s3:// address: {e.Message}");
        }
    }

    private static BlobContainerClient Container(string azure, BlobClientOptions options)
    {
        if (azure.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || azure.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            return WithAddress(azure, options);
        string[] parts = azure.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        ILookup<bool, string> own = parts.ToLookup(p => p.StartsWith(ContainerPart, StringComparison.OrdinalIgnoreCase));
        string[] containers = [.. own[true].Select(p => p[ContainerPart.Length..].Trim())];
        if (containers.Length > 1) throw Bad("the blob store setting names more than one container");
        string container = containers is [var name] ? name : DefaultContainer;
        if (!ValidContainer().IsMatch(container)) throw BadContainer(container);
        try
        {
            return new BlobContainerClient(string.Join(';', own[false]), container, options);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            throw Bad("the blob store setting is not a valid Azure Storage connection string");
        }
    }

    private static BlobContainerClient WithAddress(string address, BlobClientOptions options)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            throw Bad("the blob store setting is not a valid container address");

        // A signature or a token must not travel in clear text.
        if (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback) throw Bad("the address of the blob container must begin with https://");
        var parts = new BlobUriBuilder(uri);
        if (parts.BlobName.Length > 0 || !ValidContainer().IsMatch(parts.BlobContainerName)) throw BadContainer(uri.AbsolutePath.Trim('/'));
        if (uri.Query.Length == 0) return new BlobContainerClient(uri, Credential(), options);
        if (parts.Sas?.Signature is not { Length: > 0 }) throw Bad("the query of the blob container's address is not a shared access signature");
        return new BlobContainerClient(uri, options);
    }

    // Only credentials meant for servers: none of a developer who is signed in on this machine.
    private static DefaultAzureCredential Credential() => new(new DefaultAzureCredentialOptions
    {
        ExcludeAzureCliCredential = true,
        ExcludeAzureDeveloperCliCredential = true,
        ExcludeAzurePowerShellCredential = true,
        ExcludeBrokerCredential = true,
        ExcludeInteractiveBrowserCredential = true,
        ExcludeVisualStudioCodeCredential = true,
        ExcludeVisualStudioCredential = true,
    });

    private static GrainException BadContainer(string name) =>
        Bad($"'{name}' is not a container: its name consists of 3 to 63 lower-case letters, digits and single dashes");

    private static GrainException Bad(string message) => new(
        "bad-blob-store", message,
        "use a directory, azure:CONNECTION;Container=NAME, azure:https://ACCOUNT.blob.core.windows.net/CONTAINER or s3://BUCKET?region=REGION");

    // A scheme of two or more letters (one letter is a drive), or a part of a connection string.
    [GeneratedRegex(@"^\s*[a-z][a-z0-9+.\-]+:|(^|;)\s*(\w*Account\w*|\w+Endpoint\w*|SharedAccessSignature|UseDevelopmentStorage|Container)\s*=",
        RegexOptions.IgnoreCase)]
    private static partial Regex NotADirectory();

    [GeneratedRegex(@"^(?=.{3,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex ValidContainer();
}
