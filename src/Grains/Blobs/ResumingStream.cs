namespace Vgpnn.Grains.Blobs;

/// <summary>
/// Content that comes over the network. Where the connection breaks, or nothing comes for too long, it is asked for again
/// from the byte after the last one that came.
/// </summary>
/// <param name="key">The blob, for messages.</param>
/// <param name="length">Bytes in all.</param>
/// <param name="maxTries">Answers in a row that may break off without a byte.</param>
/// <param name="patience">How long one read may take.</param>
/// <param name="first">The answer that begins at the first byte.</param>
/// <param name="resume">Asks for the rest after so many bytes.</param>
internal sealed class ResumingStream(
    string key, long length, int maxTries, TimeSpan patience, HttpResponseMessage first,
    Func<long, CancellationToken, Task<HttpResponseMessage>> resume) : Stream
{
    private HttpResponseMessage? _response = first;
    private Stream? _body;
    private long _done;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _done;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> wanted = buffer[..(int)Math.Min(buffer.Length, length - _done)];
        if (wanted.IsEmpty) return 0;
        for (int tries = 1; ; tries++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(patience);
            Exception? failure = null;
            try
            {
                _response ??= await resume(_done, cancellationToken).ConfigureAwait(false);
                _body ??= await _response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
                int read = await _body.ReadAsync(wanted, limit.Token).ConfigureAwait(false);
                _done += read;
                if (read > 0) return read;
            }
            catch (Exception e) when (e is HttpRequestException or (IOException and not BlobException)
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                failure = e;
            }

            Drop();
            if (tries == maxTries) throw BlobException.Store(key, failure ?? new EndOfStreamException("the answer broke off"));
        }
    }

    public override int Read(Span<byte> buffer)
    {
        byte[] copy = new byte[buffer.Length];
        int read = ReadAsync(copy).AsTask().GetAwaiter().GetResult();
        copy.AsSpan(0, read).CopyTo(buffer);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Drop();
        base.Dispose(disposing);
    }

    private void Drop()
    {
        _body?.Dispose();
        _response?.Dispose();
        _body = null;
        _response = null;
    }
}
