using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Vgpnn.Grains.Storage.Blobs.Cloud;

/// <summary>
/// Stores blobs as objects in a bucket of Amazon S3 or of a service with its interface. Large content is uploaded in parts, which stay
/// invisible until the upload is completed. The SDK retries requests; no call lasts longer than the time limit without progress.
/// </summary>
public sealed class S3Blobs : IBlobStore
{
    // S3 takes no smaller parts than 5 MiB, and at most 10,000 of them.
    private const int PartBytes = 8 << 20;
    private const string WriterHeader = "x-amz-meta-writer";

    private readonly AmazonS3Client _client;
    private readonly S3Address _address;
    private readonly TimeSpan _patience;

    /// <param name="client">Made with <see cref="S3Address.ToConfig"/>.</param>
    /// <param name="address">The bucket; <see cref="PrepareAsync"/> creates it.</param>
    /// <param name="patience">Time limit of one request with its retries, and of one read.</param>
    internal S3Blobs(AmazonS3Client client, S3Address address, TimeSpan patience) => (_client, _address, _patience) = (client, address, patience);

    /// <summary>Maximum number of blobs in one answer to a listing; <c>null</c> means the service's maximum.</summary>
    internal int? PageSize { get; set; }

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancellation = default)
    {
        // Credentials that cannot create a bucket are enough where it exists.
        if (await TryAsync("", ExistsAsync, cancellation).ConfigureAwait(false)) return;
        await TryAsync("", CreateAsync, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default)
    {
        BlobKeys.ThrowIfInvalid(key);
        using var source = new BlobContent(content, key, maxBytes);
        var buffer = new byte[source.BufferSize(PartBytes)];
        int length = await source.FillAsync(buffer, cancellation).ConfigureAwait(false);
        if (length == buffer.Length)
        {
            await PutPartsAsync(key, source, buffer, cancellation).ConfigureAwait(false);
            return source.ToInfo();
        }

        // The signature covers the content, so that the service refuses what was damaged on the way.
        var request = new PutObjectRequest
        {
            BucketName = _address.Bucket,
            Key = _address.NameOf(key),
            InputStream = new MemoryStream(buffer, 0, length, writable: false),
            UseChunkEncoding = false,
        };
        await TryAsync(key, stop => _client.PutObjectAsync(request, stop), cancellation).ConfigureAwait(false);
        return source.ToInfo();
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        BlobKeys.ThrowIfInvalid(blob.Key);
        return OpenAsync(blob, 0, blob.Bytes, cancellation);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        BlobKeys.ThrowIfOutside(blob, offset, length);
        return OpenAsync(blob, offset, length, cancellation);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellation = default)
    {
        BlobKeys.ThrowIfInvalid(key);
        await TryAsync(key, stop => _client.DeleteObjectAsync(_address.Bucket, _address.NameOf(key), stop), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        BlobKeys.ThrowIfInvalidPrefix(prefix);
        string? next = null;
        do
        {
            ListObjectsV2Response page = await TryAsync(prefix, stop => PageAsync(prefix, next, PageSize, stop), cancellation).ConfigureAwait(false);
            foreach (S3Object blob in page.S3Objects ?? [])
                yield return new BlobEntry(_address.KeyOf(blob.Key), blob.Size ?? 0, blob.LastModified ?? default(DateTimeOffset));
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async Task PutPartsAsync(string key, BlobContent source, byte[] buffer, CancellationToken cancellation)
    {
        string name = _address.NameOf(key), writer = Guid.NewGuid().ToString("N");
        var start = new InitiateMultipartUploadRequest { BucketName = _address.Bucket, Key = name, Metadata = { [WriterHeader] = writer } };
        string upload = (await TryAsync(key, stop => _client.InitiateMultipartUploadAsync(start, stop), cancellation).ConfigureAwait(false)).UploadId;
        try
        {
            var complete = new CompleteMultipartUploadRequest { BucketName = _address.Bucket, Key = name, UploadId = upload, PartETags = [] };
            for (int length = buffer.Length; length > 0; length = await source.FillAsync(buffer, cancellation).ConfigureAwait(false))
            {
                var part = new UploadPartRequest
                {
                    BucketName = _address.Bucket,
                    Key = name,
                    UploadId = upload,
                    PartNumber = complete.PartETags.Count + 1,
                    InputStream = new MemoryStream(buffer, 0, length, writable: false),
                    PartSize = length,
                    UseChunkEncoding = false,
                };
                UploadPartResponse stored = await TryAsync(key, stop => _client.UploadPartAsync(part, stop), cancellation).ConfigureAwait(false);
                complete.AddPartETags(stored);
                if (length < buffer.Length) break;
            }

            await TryAsync(key, stop => CompleteAsync(complete, writer, stop), cancellation).ConfigureAwait(false);
        }
        catch
        {
            // The parts are invisible, but they take space. A caller that gave up does not wait for their end.
            _ = AbortAsync(name, upload);
            throw;
        }
    }

    private async Task<bool> CompleteAsync(CompleteMultipartUploadRequest request, string writer, CancellationToken cancellation)
    {
        try
        {
            await _client.CompleteMultipartUploadAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
        {
            // Some services forget an upload when it is complete. If the answer was lost, a retry finds none.
            GetObjectMetadataResponse stored = await _client.GetObjectMetadataAsync(request.BucketName, request.Key, cancellation).ConfigureAwait(false);
            if (stored.Metadata[WriterHeader] != writer) throw;
        }

        return true;
    }

    private async Task AbortAsync(string name, string upload)
    {
        try
        {
            using var limit = new TimeLimit(_patience);
            await limit.RunAsync(stop => new ValueTask<AbortMultipartUploadResponse>(
                _client.AbortMultipartUploadAsync(_address.Bucket, name, upload, stop)), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (Translate("", e) is not null)
        {
            // A rule of the bucket's removes what remains.
        }
    }

    private async Task<Stream> OpenAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation)
    {
        var limit = new TimeLimit(_patience);
        var request = new GetObjectRequest { BucketName = _address.Bucket, Key = _address.NameOf(blob.Key) };
        var content = new S3Content(_client, request, offset, length, isWhole: length == blob.Bytes, _patience * 0.4);
        try
        {
            long total = await TryAsync(blob.Key, limit, content.OpenAsync, cancellation).ConfigureAwait(false);
            return total == blob.Bytes ? new BlobReader(content, blob, length, limit, Translate) : throw BlobException.Corrupt(blob.Key);
        }
        catch
        {
            await content.DisposeAsync().ConfigureAwait(false);
            limit.Dispose();
            throw;
        }
    }

    private async Task<bool> ExistsAsync(CancellationToken cancellation)
    {
        try
        {
            await PageAsync("", null, 1, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchBucket")
        {
            return false;
        }
    }

    private async Task<bool> CreateAsync(CancellationToken cancellation)
    {
        try
        {
            // Other services than Amazon's know no regions to choose from.
            var request = new PutBucketRequest { BucketName = _address.Bucket, UseClientRegion = _address.Endpoint is null };
            await _client.PutBucketAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            // Another silo was faster, or the answer was lost.
        }

        return true;
    }

    private Task<ListObjectsV2Response> PageAsync(string prefix, string? next, int? size, CancellationToken cancellation) => _client.ListObjectsV2Async(
        new ListObjectsV2Request { BucketName = _address.Bucket, Prefix = _address.NameOf(prefix), ContinuationToken = next, MaxKeys = size }, cancellation);

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

    // The SDK's exceptions quote answers, which may hold credentials: neither they nor their text are passed on.
    private static BlobException? Translate(string target, Exception e) => e switch
    {
        BlobException => null,
        AmazonS3Exception { ErrorCode: "NoSuchKey" } => BlobException.Missing(target),
        AmazonServiceException { StatusCode: System.Net.HttpStatusCode.PreconditionFailed or System.Net.HttpStatusCode.RequestedRangeNotSatisfiable } =>
            BlobException.Corrupt(target),
        AmazonServiceException { StatusCode: > 0 } failed => BlobException.Store(
            target, string.Create(CultureInfo.InvariantCulture, $"the storage service answered {(int)failed.StatusCode} {failed.ErrorCode}")),
        OperationCanceledException or TimeoutException => BlobException.Store(target, "the storage service did not answer in time"),
        AmazonServiceException or IOException or HttpRequestException => BlobException.Store(target, e.GetBaseException().Message),
        AmazonClientException => BlobException.Store(
            target, "no credentials of the environment, a profile, a web identity, a container or an instance work"),
        _ => null,
    };
}
