using System.Security.Cryptography;

namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>Reads a blob, or a part of it, from a store's stream: verifies it and translates the store's exceptions.</summary>
/// <param name="inner">The store's stream, at the first byte to read; closed with this one.</param>
/// <param name="blob">The blob as it was written.</param>
/// <param name="length">Number of bytes to read; the checksum is verified if it is the whole blob.</param>
/// <param name="limit">Time limit of one read; disposed with this stream.</param>
/// <param name="translate">Maps an exception of the store's; <c>null</c> lets it pass.</param>
internal sealed class BlobReader(Stream inner, BlobInfo blob, long length, TimeLimit limit, Func<string, Exception, BlobException?> translate) : Stream
{
    private readonly IncrementalHash? _hash = length == blob.Bytes ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private long _read;
    private bool _verified;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        int read = 0;
        if (_read < length)
        {
            read = await ReadInnerAsync(buffer[..(int)Math.Min(buffer.Length, length - _read)], cancellationToken).ConfigureAwait(false);
            if (read == 0) throw BlobException.Corrupt(blob.Key);
            _hash?.AppendData(buffer.Span[..read]);
            _read += read;
        }

        // A reader that knows the length does not ask for what comes after it: the last bytes are verified before it gets them.
        if (_read == length) Verify();
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            limit.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInnerAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await limit.RunAsync(stop => inner.ReadAsync(buffer, stop), cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && translate(blob.Key, e) is { } translated)
        {
            throw translated;
        }
    }

    private void Verify()
    {
        if (_verified || _hash is null) return;
        if (Convert.ToHexStringLower(_hash.GetCurrentHash()) != blob.Sha256) throw BlobException.Corrupt(blob.Key);
        _verified = true;
    }
}
