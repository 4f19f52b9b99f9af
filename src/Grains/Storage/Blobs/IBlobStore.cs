namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>
/// Stores large immutable content under names that the server makes (<see cref="BlobKeys"/>). A blob appears whole or not at
/// all; a failed write leaves nothing that a reader can see.
/// </summary>
public interface IBlobStore
{
    /// <summary>Creates what the store needs before its first blob, unless it exists: a directory or a container.</summary>
    /// <exception cref="BlobException">The store cannot be reached or created.</exception>
    Task PrepareAsync(CancellationToken cancellation = default);

    /// <summary>Stores the rest of a stream under a key and replaces an existing blob.</summary>
    /// <param name="key">A valid key.</param>
    /// <param name="content">Read to its end; not closed. Its own exceptions pass through.</param>
    /// <param name="maxBytes">Longer content is refused with <c>blob-too-large</c>.</param>
    /// <param name="cancellation">Cancels the write; no blob appears.</param>
    /// <returns>Length and checksum, computed while writing.</returns>
    /// <exception cref="BlobException">The content is too long, or the store failed.</exception>
    Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default);

    /// <summary>
    /// Opens a blob for reading from start to end. The last read throws <c>blob-corrupt</c> if the content is not what was written.
    /// </summary>
    /// <exception cref="BlobException">The blob is missing or has another length, or the store failed.</exception>
    Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default);

    /// <summary>Opens a part of a blob, without a checksum: the checksum covers the whole blob.</summary>
    /// <param name="blob">The blob as it was written.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Number of bytes, at least 1; the range ends within the blob.</param>
    /// <param name="cancellation">Cancels the opening.</param>
    /// <exception cref="BlobException">The blob is missing or has another length, or the store failed.</exception>
    Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default);

    /// <summary>Deletes a blob; a missing blob is not an error.</summary>
    /// <exception cref="BlobException">The store failed.</exception>
    Task DeleteAsync(string key, CancellationToken cancellation = default);

    /// <summary>Deletes all blobs whose keys begin with a prefix.</summary>
    /// <param name="prefix">A key followed by a slash.</param>
    /// <param name="cancellation">Cancels the deletion half-way.</param>
    /// <returns>Number of blobs deleted.</returns>
    /// <exception cref="BlobException">The store failed; some blobs may be deleted already.</exception>
    async Task<int> DeletePrefixAsync(string prefix, CancellationToken cancellation = default)
    {
        BlobKeys.ThrowIfNotFolder(prefix);
        int deleted = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation };
        await Parallel.ForEachAsync(ListAsync(prefix, cancellation), options, async (blob, stop) =>
        {
            await DeleteAsync(blob.Key, stop).ConfigureAwait(false);
            Interlocked.Increment(ref deleted);
        }).ConfigureAwait(false);
        return deleted;
    }

    /// <summary>Lists all blobs whose keys begin with a prefix, in no particular order.</summary>
    /// <param name="prefix">The beginning of a key; empty for all blobs.</param>
    /// <param name="cancellation">Cancels the listing.</param>
    /// <exception cref="BlobException">The store failed.</exception>
    IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellation = default);
}
