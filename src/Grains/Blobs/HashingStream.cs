using System.Security.Cryptography;

namespace Vgpnn.Grains.Blobs;

/// <summary>Passes on what is read of a stream, and knows its length and checksum.</summary>
internal class HashingStream(Stream inner) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    /// <summary>SHA-256 of all that was read; asked for once, at the end.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        Seen(buffer[..read], buffer.Length);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Seen(buffer.Span[..read], buffer.Length);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Called when the inner stream came to its end.</summary>
    protected virtual void Ended()
    {
    }

    /// <summary>Called with the new count after bytes were read.</summary>
    protected virtual void Advanced()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Seen(ReadOnlySpan<byte> bytes, int wanted)
    {
        if (bytes.IsEmpty)
        {
            if (wanted > 0) Ended();
            return;
        }

        _hash.AppendData(bytes);
        Count += bytes.Length;
        Advanced();
    }
}

/// <summary>What is written to a store: no more than is allowed.</summary>
internal sealed class BoundedContent(Stream content, string key, long maxBytes) : HashingStream(content)
{
    /// <summary>Whether the content could not be read: that is no failure of the store.</summary>
    public bool Broken { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Broken = true;
            throw;
        }
    }

    protected override void Advanced()
    {
        if (Count > maxBytes) throw BlobException.TooLarge(key, maxBytes);
    }
}

/// <summary>What is read from a store: fails at its end where it is not what was written.</summary>
internal sealed class VerifiedStream(Stream inner, BlobInfo blob) : HashingStream(inner)
{
    private readonly Stream _inner = inner;
    private bool _verified;

    protected override void Advanced()
    {
        if (Count > blob.Bytes) throw BlobException.Corrupt(blob.Key);

        // A reader that knows the length does not ask for what comes after it.
        if (Count == blob.Bytes) Verify();
    }

    protected override void Ended()
    {
        if (Count != blob.Bytes) throw BlobException.Corrupt(blob.Key);
        Verify();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    private void Verify()
    {
        if (_verified) return;
        _verified = true;
        if (Sha256() != blob.Sha256) throw BlobException.Corrupt(blob.Key);
    }
}
