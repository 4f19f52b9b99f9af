using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Vgpnn.Grains.Storage.Blobs.Cloud;

/// <summary>
/// Stores blobs in a container of Azure Blob Storage. Content is uploaded in blocks, which stay invisible until the list of them is
/// committed. The SDK retries; no call lasts longer than the time limit without progress.
/// </summary>
public sealed class AzureBlobs : IBlobStore
{
    private const int BlockBytes = 4 << 20;

    private readonly BlobContainerClient _container;
    private readonly TimeSpan _patience;

    /// <param name="container">The container; <see cref="PrepareAsync"/> creates it. Made with <see cref="Options"/>.</param>
    /// <param name="patience">Time limit of one request with its retries, and of one read.</param>
    internal AzureBlobs(BlobContainerClient container, TimeSpan patience) => (_container, _patience) = (container, patience);

    /// <summary>Default time limit of one request with its retries.</summary>
    internal static TimeSpan DefaultPatience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Maximum number of blobs in one answer to a listing; <c>null</c> means the service's maximum.</summary>
    internal int? PageSize { get; set; }

    /// <summary>Client options: two tries that time out, or more tries that fail sooner, fit into the time limit.</summary>
    internal static BlobClientOptions Options(TimeSpan patience) => new()
    {
        Retry =
        {
            Mode = RetryMode.Exponential, MaxRetries = 5, Delay = patience / 80, MaxDelay = patience / 5, NetworkTimeout = patience * 0.4,
        },
        TransferValidation = { Upload = { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 } },
    };

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancellation = default)
    {
        // Credentials that cannot create a container are enough where it exists.
        if (await TryAsync("", ExistsAsync, cancellation).ConfigureAwait(false)) return;
        await TryAsync("", stop => _container.CreateIfNotExistsAsync(cancellationToken: stop), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default)
    {
        BlobKeys.ThrowIfInvalid(key);
        BlockBlobClient blob = _container.GetBlockBlobClient(key);
        using var source = new BlobContent(content, key, maxBytes);
        var buffer = new byte[source.BufferSize(BlockBytes)];
        var blocks = new List<string>();

        // Concurrent writers of one key must not mix their blocks: the names differ.
        string writer = Guid.NewGuid().ToString("N");
        while (true)
        {
            int length = await source.FillAsync(buffer, cancellation).ConfigureAwait(false);
            var block = new MemoryStream(buffer, 0, length, writable: false);
            if (length < buffer.Length && blocks.Count == 0)
            {
                await TryAsync(key, stop => blob.UploadAsync(block, new BlobUploadOptions(), stop), cancellation).ConfigureAwait(false);
                return source.ToInfo();
            }

            if (length > 0)
            {
                string id = Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{writer}-{blocks.Count:D6}")));
                await TryAsync(key, stop => blob.StageBlockAsync(id, block, cancellationToken: stop), cancellation).ConfigureAwait(false);
                blocks.Add(id);
            }

            if (length == buffer.Length) continue;
            await TryAsync(key, stop => blob.CommitBlockListAsync(blocks, cancellationToken: stop), cancellation).ConfigureAwait(false);
            return source.ToInfo();
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return OpenAsync(blob, default, blob.Bytes, cancellation);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        BlobKeys.ThrowIfOutside(blob, offset, length);
        return OpenAsync(blob, new HttpRange(offset, length), length, cancellation);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellation = default)
    {
        BlobKeys.ThrowIfInvalid(key);
        await TryAsync(key, stop => _container.DeleteBlobIfExistsAsync(key, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: stop), cancellation)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        BlobKeys.ThrowIfInvalidPrefix(prefix);
        string? next = null;
        do
        {
            Page<BlobItem> page = await TryAsync(prefix, stop => PageAsync(prefix, next, PageSize, stop), cancellation).ConfigureAwait(false);
            foreach (BlobItem blob in page.Values)
                yield return new BlobEntry(blob.Name, blob.Properties.ContentLength ?? 0, blob.Properties.LastModified ?? default);
            next = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async Task<Stream> OpenAsync(BlobInfo blob, HttpRange range, long length, CancellationToken cancellation)
    {
        BlobKeys.ThrowIfInvalid(blob.Key);
        BlobBaseClient client = _container.GetBlobBaseClient(blob.Key);
        var limit = new TimeLimit(_patience);
        try
        {
            BlobDownloadStreamingResult answer = await TryAsync(
                blob.Key, limit, stop => client.DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, stop), cancellation).ConfigureAwait(false);

            // The stream resumes after a failure, on the same version of the blob.
            var content = new BlobReader(answer.Content, blob, length, limit, Translate);
            if (TotalBytes(answer.Details) == blob.Bytes) return content;
            await content.DisposeAsync().ConfigureAwait(false);
            throw BlobException.Corrupt(blob.Key);
        }
        catch
        {
            limit.Dispose();
            throw;
        }
    }

    private static long TotalBytes(BlobDownloadDetails details) => details.ContentRange is { } range
        ? long.Parse(range[(range.IndexOf('/') + 1)..], CultureInfo.InvariantCulture)
        : details.ContentLength;

    private async Task<bool> ExistsAsync(CancellationToken cancellation)
    {
        try
        {
            await PageAsync("", null, 1, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return false;
        }
    }

    private async Task<Page<BlobItem>> PageAsync(string prefix, string? next, int? size, CancellationToken cancellation) =>
        await _container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellation).AsPages(next, size).FirstAsync(cancellation)
            .ConfigureAwait(false);

    private async Task<T> TryAsync<T>(string target, Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(_patience);
        return await TryAsync(target, limit, call, cancellation).ConfigureAwait(false);
    }

    private static async Task<T> TryAsync<T>(string target, TimeLimit limit, Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await limit.RunAsync(stop => new ValueTask<T>(call(stop)), cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && Translate(target, e) is { } translated)
        {
            throw translated;
        }
    }

    // The storage SDK's exceptions quote requests and answers, which may hold credentials: neither they nor their text are passed on.
    private static BlobException? Translate(string target, Exception e) => e switch
    {
        BlobException => null,
        AggregateException { InnerExceptions: [.., var last] } => Translate(target, last),
        RequestFailedException failed when failed.ErrorCode == BlobErrorCode.BlobNotFound => BlobException.Missing(target),
        RequestFailedException { Status: 412 or 416 } => BlobException.Corrupt(target),
        RequestFailedException { Status: > 0 } failed => BlobException.Store(target, $"the storage service answered {failed.Status} {failed.ErrorCode}"),
        OperationCanceledException => BlobException.Store(target, "the storage service did not answer in time"),
        AuthenticationFailedException => BlobException.Store(target, "no credentials of the environment, a workload identity or a managed identity work", e),
        RequestFailedException or IOException or HttpRequestException => BlobException.Store(target, e.GetBaseException().Message),
        _ => null,
    };
}
