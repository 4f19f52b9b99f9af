using Vgpnn.Grains;
using Vgpnn.Grains.Blobs;

namespace Vgpnn.Silo.Api;

/// <summary>A blob as a stream that can be read from any place on, so that the framework answers ranges; nothing is opened before it is read.</summary>
internal sealed class BlobStream(TenantBlobs blobs, BlobInfo blob) : Stream
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty) return 0;
        _open ??= _position == 0
            ? await blobs.OpenAsync(blob, cancellationToken)
            : await blobs.OpenRangeAsync(blob, _position, Length - _position, cancellationToken);
        int read = await _open.ReadAsync(buffer, cancellationToken);
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

/// <summary>Content as an answer: with ranges and a tag, to be kept by its reader alone, and never to be run.</summary>
internal static class ContentResult
{
    public static async Task<IResult> OfBlobAsync(HttpContext context, TenantBlobs blobs, string? key, string type, string? saveAs = null)
    {
        BlobInfo blob = await blobs.FindAsync(context.Caller().Tenant, key, context.RequestAborted);
        Guard(context);
        return TypedResults.Stream(
            new BlobStream(blobs, blob), type, saveAs, entityTag: new($"\"{blob.Sha256}\""), enableRangeProcessing: true);
    }

    public static IResult OfBytes(HttpContext context, byte[] bytes, string type, string tag, string? saveAs = null)
    {
        Guard(context);
        return TypedResults.Bytes(bytes, type, saveAs, enableRangeProcessing: true, entityTag: new($"\"{tag}\""));
    }

    private static void Guard(HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, max-age=3600";
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
    }
}
