namespace Vgpnn.Grains.Blobs;

/// <summary>A blob as it was written: what a reader must find.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its content, in lower-case hexadecimal.</param>
public sealed record BlobInfo(string Key, long Bytes, string Sha256);

/// <summary>A blob that a listing found.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Modified">When it was written, by the store's clock.</param>
public sealed record BlobEntry(string Key, long Bytes, DateTimeOffset Modified);

/// <summary>
/// Large immutable content under names of the server's own making (<see cref="BlobKey"/>). A blob appears whole or not at
/// all; a failed write leaves nothing that a reader can see.
/// </summary>
public interface IBlobStore
{
    /// <summary>Stores the rest of a stream under a key, replacing what is there.</summary>
    /// <param name="key">A valid key.</param>
    /// <param name="content">Read to its end; not closed.</param>
    /// <param name="maxBytes">Content longer than this is refused.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    /// <exception cref="BlobException">It could not be stored, or is too long.</exception>
    Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default);

    /// <summary>Opens a blob; reading fails at the latest at its end where the content is not what was written.</summary>
    /// <exception cref="BlobException">It is missing, or of another length.</exception>
    Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default);

    /// <summary>Opens a part of a blob, whose content is taken on trust: the checksum is of the whole.</summary>
    /// <param name="blob">Which.</param>
    /// <param name="offset">The first byte, within the blob.</param>
    /// <param name="length">Bytes, 1 or more, not beyond the blob's end.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BlobException">It is missing.</exception>
    Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default);

    /// <summary>Deletes a blob; there may be none.</summary>
    /// <exception cref="BlobException">The store cannot be reached.</exception>
    Task DeleteAsync(string key, CancellationToken cancellation = default);

    /// <summary>All blobs whose keys begin with a text, in no order that a caller may rely on.</summary>
    /// <exception cref="BlobException">The store cannot be reached.</exception>
    IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellation = default);
}

/// <summary>A blob could not be written or read.</summary>
/// <param name="code"><c>blob-missing</c>, <c>blob-corrupt</c>, <c>blob-too-large</c> or <c>blob-store</c>.</param>
/// <param name="message">The cause.</param>
/// <param name="inner">What was caught, if anything.</param>
public sealed class BlobException(string code, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>A stable name in kebab case.</summary>
    public string Code { get; } = code;

    internal static BlobException Missing(string key) => new("blob-missing", $"blob {key} is missing");

    internal static BlobException Corrupt(string key) => new("blob-corrupt", $"blob {key} is not what was written");

    internal static BlobException TooLarge(string key, long maxBytes) => new("blob-too-large", $"blob {key} is longer than the {maxBytes} bytes allowed");

    internal static BlobException Store(string key, Exception inner) => new("blob-store", $"blob {key}: {inner.Message}", inner);
}
