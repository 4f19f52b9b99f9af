using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Rendering;

/// <summary>Runs renderings, a few at once, and keeps the results that were used last in memory.</summary>
internal sealed class RenderCache : IDisposable
{
    private const long MaxBytes = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _running = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Bytes, long Used)> _kept = [];
    private long _clock;

    public void Dispose() => _running.Dispose();

    /// <summary>The result under a key; renders it if it is not kept.</summary>
    /// <exception cref="ApiException"><c>busy</c>.</exception>
    public async Task<byte[]> GetAsync(string key, Func<Task<byte[]>> render, CancellationToken cancellation)
    {
        if (Find(key) is { } kept) return kept;
        return await RunAsync(
            async () =>
            {
                // Another caller may have rendered it meanwhile.
                if (Find(key) is { } rendered) return rendered;
                byte[] bytes = await render();
                Keep(key, bytes);
                return bytes;
            },
            cancellation);
    }

    /// <summary>Runs work when there is room for it.</summary>
    /// <exception cref="ApiException"><c>busy</c>.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        if (!await _running.WaitAsync(Patience, cancellation))
            throw new ApiException(503, "busy", "the server is busy with other renderings") { RetryAfter = 5 };
        try
        {
            return await Task.Run(work, cancellation);
        }
        finally
        {
            _running.Release();
        }
    }

    private byte[]? Find(string key)
    {
        lock (_lock)
        {
            if (!_kept.TryGetValue(key, out (byte[] Bytes, long Used) entry)) return null;
            _kept[key] = (entry.Bytes, ++_clock);
            return entry.Bytes;
        }
    }

    private void Keep(string key, byte[] bytes)
    {
        lock (_lock)
        {
            _kept[key] = (bytes, ++_clock);
            while (_kept.Values.Sum(e => (long)e.Bytes.Length) > MaxBytes) _kept.Remove(_kept.MinBy(e => e.Value.Used).Key);
        }
    }
}
