using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.State;

namespace Vgpnn.Grains;

/// <summary>A node's place for files on the way: what ffmpeg reads and writes. Emptied when it is opened and when it is closed.</summary>
public sealed class WorkDirectory : IDisposable
{
    private readonly string _path;

    /// <param name="path">A directory for this process alone.</param>
    public WorkDirectory(string path)
    {
        _path = Path.GetFullPath(path);
        Empty();
        Directory.CreateDirectory(_path);
    }

    /// <summary>What was decoded here a moment ago.</summary>
    internal RecentClips Clips { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => Empty();

    /// <summary>A name that is free, for a file or a directory that goes when it is disposed.</summary>
    internal ScratchFile Scratch(string ending) => new(Path.Combine(_path, Guid.NewGuid().ToString("N") + ending));

    /// <summary>A blob as a file.</summary>
    /// <exception cref="BlobException">It is missing, or not what was written.</exception>
    internal async Task<ScratchFile> FetchAsync(StateStore store, IBlobStore blobs, string tenant, string key, CancellationToken cancellation)
    {
        BlobInfo blob = await store.RunAsync(state => BlobRecords.FindAsync(state, tenant, key), cancellation).ConfigureAwait(false)
            ?? throw BlobException.Missing(key);
        ScratchFile scratch = Scratch("");
        try
        {
            await using Stream source = await blobs.OpenAsync(blob, cancellation).ConfigureAwait(false);
            await using var file = new FileStream(scratch.Path, FileMode.CreateNew, FileAccess.Write);
            await source.CopyToAsync(file, cancellation).ConfigureAwait(false);
            return scratch;
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    private void Empty()
    {
        if (Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
    }
}

/// <summary>A file or a directory that goes when it is disposed.</summary>
internal sealed class ScratchFile(string path) : IDisposable
{
    public string Path { get; } = path;

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        else File.Delete(Path);
    }
}
