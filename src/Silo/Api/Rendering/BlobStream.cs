using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Silo.Api.Rendering;

/// <summary>A blob as a stream with a position, so that the framework can answer ranges; it is opened by the first read.</summary>
internal sealed class BlobStream(IBlobStore blobs, BlobInfo blob) : Stream
{
    private Stream? _open;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => blob.Bytes;

    public override long Position
    {
        get => _position;
        set
        {
            if (_position == value) return;
            _open?.Dispose();
            _open = null;
            _position = value;
        }
    }

    /// <summary>Opens the blob at the current position.</summary>
    /// <exception cref="BlobException">The blob is missing or has another length, or the store failed.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellation) => _open ??= _position == 0
        ? await blobs.OpenAsync(blob, cancellation)
        : await blobs.OpenRangeAsync(blob, _position, Length - _position, cancellation);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty) return 0;
        await OpenAsync(cancellationToken);
        int read = await _open!.ReadAsync(buffer, cancellationToken);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("this stream is read asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _open?.Dispose();
        base.Dispose(disposing);
    }
}
