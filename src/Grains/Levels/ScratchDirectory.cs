using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Levels;

/// <summary>A silo's directory for temporary files: what ffmpeg reads and writes. Emptied when it is opened and closed.</summary>
public sealed class ScratchDirectory : IDisposable
{
    private readonly string _path;

    /// <param name="path">A directory for this process alone.</param>
    public ScratchDirectory(string path)
    {
        _path = Path.GetFullPath(path);
        Empty();

        // Tenants' videos are not for other users of the machine.
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_path);
        else Directory.CreateDirectory(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <inheritdoc/>
    public void Dispose() => Empty();

    /// <summary>A free name, for a file or a directory that is deleted with the returned object.</summary>
    internal ScratchFile Create(string extension) => new(Path.Combine(_path, Guid.NewGuid().ToString("N") + extension));

    /// <summary>A blob as a file.</summary>
    /// <exception cref="BlobException">It is missing, or not what was written.</exception>
    internal async Task<ScratchFile> FetchAsync(IBlobStore blobs, StoredBlob blob, CancellationToken cancellation)
    {
        ScratchFile scratch = Create("");
        try
        {
            await using Stream source = await blobs.OpenAsync(blob.Info(), cancellation);
            await using var file = new FileStream(scratch.Path, FileMode.CreateNew, FileAccess.Write);
            await source.CopyToAsync(file, cancellation);
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

/// <summary>A file or a directory that is deleted with this object.</summary>
internal sealed class ScratchFile(string path) : IDisposable
{
    public string Path { get; } = path;

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        else File.Delete(Path);
    }
}

/// <summary>Blobs as messages name them, and as the blob store does.</summary>
public static class StoredBlobs
{
    /// <summary>What a reader must find.</summary>
    public static BlobInfo Info(this StoredBlob blob)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return new BlobInfo(blob.Key, blob.Bytes, blob.Sha256);
    }

    /// <summary>What was written.</summary>
    public static StoredBlob Stored(this BlobInfo blob)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return new StoredBlob(blob.Key, blob.Bytes, blob.Sha256);
    }
}
