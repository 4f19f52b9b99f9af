using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Vgpnn.Grains.Blobs;

/// <summary>
/// Signs requests to Azure Storage with the account's key (the service's REST reference, "Authorize with Shared Key",
/// version 2009-09-19 and later).
/// </summary>
internal sealed class SharedKey(string account, byte[] key)
{
    /// <summary>Adds date and signature; everything else of the request is set.</summary>
    public void Sign(HttpRequestMessage request, DateTimeOffset now)
    {
        request.Headers.TryAddWithoutValidation("x-ms-date", now.ToString("R", CultureInfo.InvariantCulture));
        byte[] hash = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(StringToSign(request)));
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {account}:{Convert.ToBase64String(hash)}");
    }

    private string StringToSign(HttpRequestMessage request)
    {
        long? length = request.Content?.Headers.ContentLength;
        var text = new StringBuilder();
        text.Append(request.Method.Method).Append('\n')
            .Append('\n') // Content-Encoding
            .Append('\n') // Content-Language
            .Append(length is null or 0 ? "" : length.Value.ToString(CultureInfo.InvariantCulture)).Append('\n')
            .Append('\n') // Content-MD5
            .Append(request.Content?.Headers.ContentType?.ToString()).Append('\n')
            .Append('\n') // Date, which x-ms-date stands for
            .Append('\n') // If-Modified-Since
            .Append('\n') // If-Match
            .Append('\n') // If-None-Match
            .Append('\n') // If-Unmodified-Since
            .Append('\n'); // Range, which x-ms-range stands for
        foreach (KeyValuePair<string, IEnumerable<string>> header in request.Headers
            .Where(h => h.Key.StartsWith("x-ms-", StringComparison.Ordinal)).OrderBy(h => h.Key, StringComparer.Ordinal))
            text.Append(header.Key).Append(':').Append(string.Join(',', header.Value)).Append('\n');
        text.Append('/').Append(account).Append(request.RequestUri!.AbsolutePath);
        foreach ((string name, string value) in Query(request.RequestUri).OrderBy(q => q.Name, StringComparer.Ordinal))
            text.Append('\n').Append(name).Append(':').Append(value);
        return text.ToString();
    }

    private static IEnumerable<(string Name, string Value)> Query(Uri uri) => uri.Query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Split('=', 2))
        .Select(p => (Uri.UnescapeDataString(p[0]).ToLowerInvariant(), p.Length > 1 ? Uri.UnescapeDataString(p[1]) : ""));
}
