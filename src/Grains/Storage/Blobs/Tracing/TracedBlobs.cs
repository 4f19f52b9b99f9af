using System.Diagnostics;
using Vgpnn.Grains.Telemetry;

namespace Vgpnn.Grains.Storage.Blobs.Tracing;

/// <summary>A blob store that records a span and the duration of each write and each opening.</summary>
/// <param name="inner">The store that does the work.</param>
public sealed class TracedBlobs(IBlobStore inner) : IBlobStore
{
    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancellation = default) => inner.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default) =>
        TraceAsync("write", key, () => inner.PutAsync(key, content, maxBytes, cancellation), blob => blob.Bytes);

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return TraceAsync("read", blob.Key, () => inner.OpenAsync(blob, cancellation), _ => blob.Bytes);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return TraceAsync("read", blob.Key, () => inner.OpenRangeAsync(blob, offset, length, cancellation), _ => length);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation = default) => inner.DeleteAsync(key, cancellation);

    /// <inheritdoc/>
    public Task<int> DeletePrefixAsync(string prefix, CancellationToken cancellation = default) => inner.DeletePrefixAsync(prefix, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellation = default) => inner.ListAsync(prefix, cancellation);

    private static async Task<T> TraceAsync<T>(string operation, string key, Func<Task<T>> work, Func<T, long> bytes)
    {
        // Outside a job or a call, a span would start an unrelated trace.
        using Activity? span = Activity.Current is null ? null : VgpnnTelemetry.Spans.StartActivity($"blob {operation}", ActivityKind.Client);
        span?.SetTag(TelemetryNames.BlobKey, key);
        span?.SetTag(TelemetryNames.BlobOperation, operation);
        var tags = new TagList { { TelemetryNames.BlobOperation, operation } };
        long start = Stopwatch.GetTimestamp();
        try
        {
            T result = await work().ConfigureAwait(false);
            span?.SetTag(TelemetryNames.BlobSize, bytes(result));
            return result;
        }
        catch (Exception e)
        {
            string error = VgpnnTelemetry.ErrorTypeOf(e);
            tags.Add(TelemetryNames.ErrorType, error);
            span?.SetTag(TelemetryNames.ErrorType, error);
            if (e is not OperationCanceledException) span?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
        finally
        {
            VgpnnTelemetry.BlobDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, tags);
        }
    }
}
