using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>Blobs in the memory of the test.</summary>
internal sealed class MemoryBlobs : IBlobStore
{
    private readonly ConcurrentDictionary<string, (byte[] Content, DateTimeOffset Modified)> _blobs;
    private readonly string _only;

    public MemoryBlobs()
        : this(new(StringComparer.Ordinal), "")
    {
    }

    private MemoryBlobs(ConcurrentDictionary<string, (byte[] Content, DateTimeOffset Modified)> blobs, string only) => (_blobs, _only) = (blobs, only);

    /// <summary>The same blobs, of which only those are listed whose keys begin with a text.</summary>
    public MemoryBlobs Only(string prefix) => new(_blobs, prefix);

    /// <summary>Keys that begin with a text.</summary>
    public IEnumerable<string> Keys(string prefix) => _blobs.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>Makes blobs look old.</summary>
    public void Age(string prefix, TimeSpan by)
    {
        foreach (string key in Keys(prefix)) _blobs[key] = (_blobs[key].Content, _blobs[key].Modified - by);
    }

    public Task PrepareAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    public async Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default)
    {
        var memory = new MemoryStream();
        await content.CopyToAsync(memory, cancellation);
        byte[] bytes = memory.ToArray();
        _blobs[key] = (bytes, DateTimeOffset.UtcNow);
        return new BlobInfo(key, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    public Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default) =>
        _blobs.TryGetValue(blob.Key, out var found) ? Task.FromResult<Stream>(new MemoryStream(found.Content)) : throw BlobException.Missing(blob.Key);

    public Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task DeleteAsync(string key, CancellationToken cancellation = default)
    {
        _blobs.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.Yield();
        foreach (string key in Keys(prefix.Length > 0 ? prefix : _only))
            if (_blobs.TryGetValue(key, out var blob)) yield return new BlobEntry(key, blob.Content.Length, blob.Modified);
    }
}
