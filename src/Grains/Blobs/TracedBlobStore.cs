using System.Diagnostics;

namespace Vgpnn.Grains.Blobs;

/// <summary>A blob store whose writes and reads are seen as spans, and timed.</summary>
/// <param name="inner">Does the work.</param>
public sealed class TracedBlobStore(IBlobStore inner) : IBlobStore
{
    /// <inheritdoc/>
    public Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default) => TimedAsync(
        "write", key, () => inner.PutAsync(key, content, maxBytes, cancellation), blob => blob.Bytes);

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return TimedAsync("read", blob.Key, () => inner.OpenAsync(blob, cancellation), _ => blob.Bytes);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return TimedAsync("read", blob.Key, () => inner.OpenRangeAsync(blob, offset, length, cancellation), _ => length);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation = default) => inner.DeleteAsync(key, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellation = default) => inner.ListAsync(prefix, cancellation);

    private static async Task<T> TimedAsync<T>(string operation, string key, Func<Task<T>> work, Func<T, long> bytes)
    {
        // Reads outside a turn or a call, as of a listing, are nobody's story.
        using Activity? span = Activity.Current is null ? null : Telemetry.Spans.StartActivity($"blob {operation}", ActivityKind.Client);
        span?.SetTag("vgpnn.blob.key", key);
        long start = Stopwatch.GetTimestamp();
        bool well = false;
        try
        {
            T result = await work().ConfigureAwait(false);
            span?.SetTag("vgpnn.blob.bytes", bytes(result));
            well = true;
            return result;
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
        finally
        {
            Telemetry.BlobDuration.Record(
                Stopwatch.GetElapsedTime(start).TotalSeconds, Telemetry.Tag("operation", operation), Telemetry.Tag("well", well));
        }
    }
}
