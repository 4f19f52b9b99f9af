using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Vgpnn.Grains.Blobs;

/// <summary>
/// Blobs in a container of Azure Blob Storage, over its REST interface. Content goes up in blocks, which nobody sees until
/// the list of them is committed: that is what makes a blob appear whole or not at all.
/// </summary>
public sealed class AzureBlobStore : IBlobStore, IDisposable
{
    private const string ServiceVersion = "2021-12-02";
    private const int BlockBytes = 8 << 20;
    private const int MaxTries = 4;
    private const int MaxPage = 5000;

    private readonly HttpClient _http;
    private readonly Uri _container;
    private readonly string _signature;
    private readonly SharedKey? _key;

    private AzureBlobStore(Uri container, string signature, SharedKey? key)
    {
        _container = container;
        _signature = signature;
        _key = key;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>How long one try of a request, or one read of its answer, may take.</summary>
    internal TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Blobs that the service names at a time.</summary>
    internal int PageSize { get; set; } = MaxPage;

    /// <summary>Signs with the account's key.</summary>
    /// <param name="container">The container's address, <c>https://ACCOUNT.blob.core.windows.net/CONTAINER</c>.</param>
    /// <param name="account">The account's name.</param>
    /// <param name="key">Its key, in Base64.</param>
    public static AzureBlobStore WithSharedKey(Uri container, string account, string key) =>
        new(container, "", new SharedKey(account, Convert.FromBase64String(key)));

    /// <summary>Uses a shared access signature: the address of the container with its query.</summary>
    public static AzureBlobStore WithSignature(Uri containerWithSignature)
    {
        ArgumentNullException.ThrowIfNull(containerWithSignature);
        return new(new Uri(containerWithSignature.GetLeftPart(UriPartial.Path)), containerWithSignature.Query.TrimStart('?'), null);
    }

    /// <summary>Makes the container unless it is there; only the account's key may do that.</summary>
    public async Task CreateContainerAsync(CancellationToken cancellation = default)
    {
        using HttpResponseMessage response = await SendAsync(() => new(HttpMethod.Put, Address("", "restype=container")), "", cancellation)
            .ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.Conflict)) throw Refused("", response);
    }

    /// <inheritdoc/>
    public async Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default)
    {
        BlobKey.ThrowIfInvalid(key);
        using var bounded = new BoundedContent(content, key, maxBytes);
        var blocks = new XElement("BlockList");
        var buffer = new byte[BlockBytes];
        string attempt = Guid.NewGuid().ToString("N");
        for (int n = 0; ; n++)
        {
            int length = await bounded.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            if (length == 0) break;

            // Two that write the same key at once keep their blocks apart by their names; of the two the first to commit may
            // make the other fail, and never mixes with it.
            string id = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{attempt}-{n:D6}"));
            using HttpResponseMessage stored = await SendAsync(
                () => new(HttpMethod.Put, Address(key, $"comp=block&blockid={Uri.EscapeDataString(id)}"))
                {
                    Content = new ByteArrayContent(buffer, 0, length),
                },
                key,
                cancellation).ConfigureAwait(false);
            if (stored.StatusCode != HttpStatusCode.Created) throw Refused(key, stored);
            blocks.Add(new XElement("Latest", id));
        }

        using HttpResponseMessage committed = await SendAsync(
            () => new(HttpMethod.Put, Address(key, "comp=blocklist")) { Content = new StringContent(blocks.ToString(), Encoding.UTF8, "application/xml") },
            key,
            cancellation).ConfigureAwait(false);
        if (committed.StatusCode != HttpStatusCode.Created) throw Refused(key, committed);
        return new BlobInfo(key, bounded.Count, bounded.Sha256());
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return new VerifiedStream(await OpenPartAsync(blob, 0, blob.Bytes, cancellation).ConfigureAwait(false), blob);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        Ranges.ThrowIfOutside(blob, offset, length);
        return await OpenPartAsync(blob, offset, length, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellation = default)
    {
        BlobKey.ThrowIfInvalid(key);
        using HttpResponseMessage response = await SendAsync(() => new(HttpMethod.Delete, Address(key)), key, cancellation).ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.Accepted or HttpStatusCode.NotFound)) throw Refused(key, response);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        BlobKey.ThrowIfInvalidPrefix(prefix);
        string? marker = null;
        do
        {
            string query = string.Create(
                CultureInfo.InvariantCulture, $"restype=container&comp=list&maxresults={PageSize}&prefix={Uri.EscapeDataString(prefix)}")
                + (marker is null ? "" : $"&marker={Uri.EscapeDataString(marker)}");
            using HttpResponseMessage response = await SendAsync(() => new(HttpMethod.Get, Address("", query)), prefix, cancellation).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK) throw Refused(prefix, response);
            XElement page = await ReadXmlAsync(response, cancellation).ConfigureAwait(false);
            foreach (XElement blob in page.Descendants("Blob"))
            {
                XElement properties = blob.Element("Properties")!;
                yield return new BlobEntry(
                    blob.Element("Name")!.Value,
                    long.Parse(properties.Element("Content-Length")!.Value, CultureInfo.InvariantCulture),
                    DateTimeOffset.Parse(properties.Element("Last-Modified")!.Value, CultureInfo.InvariantCulture));
            }

            marker = page.Element("NextMarker")?.Value;
        }
        while (!string.IsNullOrEmpty(marker));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // The first answer is waited for, so that a blob that is missing, or of another length, is told at once.
    private async Task<Stream> OpenPartAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation)
    {
        HttpResponseMessage first = await GetAsync(blob, offset, length, cancellation).ConfigureAwait(false);
        return new ResumingStream(
            blob.Key, length, MaxTries, Patience, first, (done, stop) => GetAsync(blob, offset + done, length - done, stop));
    }

    private async Task<HttpResponseMessage> GetAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation)
    {
        BlobKey.ThrowIfInvalid(blob.Key);
        HttpResponseMessage response = await SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, Address(blob.Key));
                if (length < blob.Bytes)
                    request.Headers.TryAddWithoutValidation("x-ms-range", string.Create(CultureInfo.InvariantCulture, $"bytes={offset}-{offset + length - 1}"));
                return request;
            },
            blob.Key,
            cancellation).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
        {
            long? whole = response.Content.Headers.ContentRange?.Length ?? response.Content.Headers.ContentLength;
            if (whole == blob.Bytes) return response;
            response.Dispose();
            throw BlobException.Corrupt(blob.Key);
        }

        using (response)
        {
            throw response.StatusCode switch
            {
                HttpStatusCode.NotFound => BlobException.Missing(blob.Key),
                HttpStatusCode.RequestedRangeNotSatisfiable => BlobException.Corrupt(blob.Key),
                _ => Refused(blob.Key, response),
            };
        }
    }

    // Every request here can be repeated: blocks have names, a commit replaces, a deletion of nothing is one.
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, string key, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            using HttpRequestMessage request = make();
            request.Headers.TryAddWithoutValidation("x-ms-version", ServiceVersion);
            _key?.Sign(request, DateTimeOffset.UtcNow);
            TimeSpan wait = TimeSpan.FromMilliseconds(100 * Math.Pow(3, tries) * (0.5 + Random.Shared.NextDouble()));
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            try
            {
                HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token)
                    .ConfigureAwait(false);
                if (tries == MaxTries || (int)response.StatusCode is not (408 or 429 or >= 500)) return response;

                // A service that is overloaded says when to come back.
                if (response.Headers.RetryAfter?.Delta is { } asked && asked > wait) wait = asked < Patience ? asked : Patience;
                response.Dispose();
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                if (tries == MaxTries) throw BlobException.Store(key, e);
            }

            await Task.Delay(wait, cancellation).ConfigureAwait(false);
        }
    }

    private Uri Address(string key, string query = "")
    {
        string parts = string.Join('&', new[] { query, _signature }.Where(q => q.Length > 0));
        return new Uri($"{_container.AbsoluteUri.TrimEnd('/')}{(key.Length == 0 ? "" : "/")}{key}{(parts.Length == 0 ? "" : "?")}{parts}");
    }

    private static async Task<XElement> ReadXmlAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit });
        return await XElement.LoadAsync(reader, LoadOptions.None, cancellation).ConfigureAwait(false);
    }

    private static BlobException Refused(string key, HttpResponseMessage response)
    {
        string code = response.Headers.TryGetValues("x-ms-error-code", out IEnumerable<string>? codes) ? codes.First() : response.ReasonPhrase ?? "";
        return new BlobException("blob-store", $"blob {key}: the storage service answered {(int)response.StatusCode} {code}");
    }
}
