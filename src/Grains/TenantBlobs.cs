using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.State;

namespace Vgpnn.Grains;

/// <summary>Blobs as their tenant may read them.</summary>
public sealed class TenantBlobs(StateStore store, IBlobStore blobs)
{
    /// <summary>What a reader will find under a key.</summary>
    /// <exception cref="GrainException">There is no such blob of this tenant, any more.</exception>
    public async Task<BlobInfo> FindAsync(string tenant, string? key, CancellationToken cancellation = default)
    {
        BlobInfo? blob = key is null
            ? null
            : await store.RunForAsync(tenant, state => BlobRecords.FindAsync(state, tenant, key), cancellation).ConfigureAwait(false);
        return blob ?? throw GrainException.NotFound("content");
    }

    /// <summary>Opens a blob for reading from its start to its end.</summary>
    public Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default) => blobs.OpenAsync(blob, cancellation);

    /// <summary>Opens a part of a blob.</summary>
    public Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default) =>
        blobs.OpenRangeAsync(blob, offset, length, cancellation);

    /// <summary>A blob as a file of its own.</summary>
    /// <returns>Its path, and what removes it.</returns>
    public async Task<IDisposable> FetchAsync(BlobInfo blob, string path, CancellationToken cancellation = default)
    {
        var scratch = new ScratchFile(path);
        try
        {
            await using Stream source = await blobs.OpenAsync(blob, cancellation).ConfigureAwait(false);
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await source.CopyToAsync(file, cancellation).ConfigureAwait(false);
            return scratch;
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }
}
