using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;

namespace Vgpnn.Grains.Storage.Blobs.Cloud;

/// <summary>
/// Reads an object of S3, or a part of it. After a failure it resumes where it was, on the same version of the object.
/// </summary>
/// <param name="client">Sends the requests.</param>
/// <param name="request">Bucket and key; changed by this stream.</param>
/// <param name="offset">The first byte.</param>
/// <param name="length">Number of bytes.</param>
/// <param name="isWhole">Whether this is the whole object, as far as the reader knows.</param>
/// <param name="patience">Time limit of a read before it is tried again.</param>
internal sealed class S3Content(AmazonS3Client client, GetObjectRequest request, long offset, long length, bool isWhole, TimeSpan patience) : Stream
{
    private const int MaxFailures = 5;

    private TimeLimit _limit = new(patience);
    private GetObjectResponse? _answer;
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>Sends the first request.</summary>
    /// <returns>Length of the whole object.</returns>
    public async Task<long> OpenAsync(CancellationToken cancellation)
    {
        GetObjectResponse answer = await AnswerAsync(cancellation).ConfigureAwait(false);
        request.EtagToMatch = answer.ETag;
        return answer.ContentRange is { Length: > 0 } range ? long.Parse(range[(range.IndexOf('/') + 1)..], CultureInfo.InvariantCulture) : answer.ContentLength;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (int failures = 0; ; failures++)
        {
            try
            {
                Stream content = (await AnswerAsync(cancellationToken).ConfigureAwait(false)).ResponseStream;
                int read = await _limit.RunAsync(stop => content.ReadAsync(buffer, stop), cancellationToken).ConfigureAwait(false);
                if (read == 0 && _read < length) throw new EndOfStreamException("the answer ended early");
                _read += read;
                return read;
            }
            catch (Exception e) when (
                failures < MaxFailures && !cancellationToken.IsCancellationRequested && e is IOException or OperationCanceledException or HttpRequestException)
            {
                Disconnect();
                _limit = new TimeLimit(patience);
            }
        }
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
        if (disposing) Disconnect();
        base.Dispose(disposing);
    }

    private async Task<GetObjectResponse> AnswerAsync(CancellationToken cancellation)
    {
        if (_answer is not null) return _answer;
        if (!isWhole || _read > 0) request.ByteRange = new ByteRange(offset + _read, offset + length - 1);
        return _answer = await client.GetObjectAsync(request, cancellation).ConfigureAwait(false);
    }

    private void Disconnect()
    {
        _answer?.Dispose();
        _answer = null;
        _limit.Dispose();
    }
}
