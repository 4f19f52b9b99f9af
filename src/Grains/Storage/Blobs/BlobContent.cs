using System.Security.Cryptography;

namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>Reads the content of a blob to be written, computes length and checksum, and refuses content that is too long.</summary>
internal sealed class BlobContent(Stream content, string key, long maxBytes) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _bytes;

    /// <summary>Whether reading the content threw: the caller's failure, not the store's.</summary>
    public bool Failed { get; private set; }

    /// <summary>Size of a buffer for the whole content and one byte more, so that one read finds the end; at most <paramref name="max"/>.</summary>
    public int BufferSize(int max) => content.CanSeek ? (int)Math.Clamp(content.Length - content.Position + 1, 1, max) : max;

    /// <summary>Fills a buffer.</summary>
    /// <returns>Number of bytes; less than the buffer's length at the end of the content.</returns>
    public async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            int read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            _hash.AppendData(buffer.Span[..read]);
            _bytes += read;
            return _bytes <= maxBytes ? read : throw BlobException.TooLarge(key, maxBytes);
        }
        catch
        {
            Failed = true;
            throw;
        }
    }

    /// <summary>The blob, once all content has been read.</summary>
    public BlobInfo ToInfo() => new(key, _bytes, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    public void Dispose() => _hash.Dispose();
}
