using System.Text.RegularExpressions;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Vgpnn.Grains.Storage.Blobs.Cloud;

/// <summary>A bucket, and where it is.</summary>
/// <param name="Bucket">Name of the bucket.</param>
/// <param name="Prefix">What the objects' names begin with before the blobs' keys: empty, or ends with a slash.</param>
/// <param name="Endpoint">Address of the service; <c>null</c> means Amazon's.</param>
/// <param name="Region">Region of the bucket.</param>
/// <param name="PathStyle">Whether addresses have the bucket in the path instead of in the host name.</param>
internal sealed partial record S3Address(string Bucket, string Prefix, Uri? Endpoint, string Region, bool PathStyle)
{
    /// <summary>What a setting of this kind begins with.</summary>
    public const string Scheme = "s3://";

    private const string AnyRegion = "us-east-1";

    /// <summary>Reads <c>s3://BUCKET[/PREFIX][?region=REGION][&amp;endpoint=URL][&amp;pathstyle=true|false]</c>.</summary>
    /// <param name="setting">Begins with <see cref="Scheme"/>.</param>
    /// <exception cref="FormatException">The setting is invalid; the message is one clause without the setting, which may hold a key.</exception>
    public static S3Address Parse(string setting)
    {
        string[] halves = setting[Scheme.Length..].Split('?', 2);
        string[] names = halves[0].Split('/', 2);
        string prefix = names.Length == 2 ? names[1].TrimEnd('/') : "";
        if (!ValidBucket().IsMatch(names[0])) throw new FormatException("the bucket's name does not consist of 3 to 63 lower-case letters, digits, dots and dashes");
        if (prefix.Length > 0 && !BlobKeys.IsValid(prefix))
            throw new FormatException("the prefix does not consist of lower-case letters, digits, dots, dashes and slashes");
        Uri? endpoint = null;
        string? region = null;
        bool? pathStyle = null;
        foreach (string option in halves.Length == 2 ? halves[1].Split('&') : [])
        {
            string[] parts = option.Split('=', 2);
            string value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
            switch (parts[0])
            {
                case "endpoint" when endpoint is null: endpoint = ParseEndpoint(value); break;
                case "region" when region is null && ValidRegion().IsMatch(value): region = value; break;
                case "pathstyle" when pathStyle is null && bool.TryParse(value, out bool style): pathStyle = style; break;
                default: throw new FormatException("after the question mark come region=, endpoint= and pathstyle=true or false, each at most once");
            }
        }

        region ??= Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION")
            ?? (endpoint is not null ? AnyRegion : throw new FormatException("the region is missing"));

        // A name with dots is in no certificate of Amazon's.
        return new S3Address(names[0], prefix.Length > 0 ? $"{prefix}/" : "", endpoint, region, pathStyle ?? (endpoint is not null || names[0].Contains('.')));
    }

    /// <summary>Name of a blob's object.</summary>
    public string NameOf(string key) => Prefix + key;

    /// <summary>Key of the blob that an object holds.</summary>
    public string KeyOf(string name) => name[Prefix.Length..];

    /// <summary>Settings of a client for this bucket: two tries that time out, or more tries that fail sooner, fit into the time limit.</summary>
    public AmazonS3Config ToConfig(TimeSpan patience)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = PathStyle,
            Timeout = patience * 0.4,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 4,

            // Checksums that not every service knows. The signature covers what is written, the blob's checksum what is read.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (Endpoint is null) config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
        else (config.ServiceURL, config.AuthenticationRegion) = (Endpoint.AbsoluteUri, Region);
        return config;
    }

    private static Uri ParseEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            && uri is { UserInfo: "", PathAndQuery: "/", Fragment: "" }
            ? uri
            : throw new FormatException("the endpoint is not an address such as https://minio.example.com:9000");

    [GeneratedRegex(@"^(?=.{3,63}\z)[a-z0-9]+([.\-]+[a-z0-9]+)*\z")]
    private static partial Regex ValidBucket();

    [GeneratedRegex(@"^[a-z0-9\-]{1,64}\z")]
    private static partial Regex ValidRegion();
}
