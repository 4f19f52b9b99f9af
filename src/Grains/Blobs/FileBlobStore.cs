using System.Runtime.CompilerServices;

namespace Vgpnn.Grains.Blobs;

/// <summary>Blobs as files below a directory of their own.</summary>
public sealed class FileBlobStore : IBlobStore
{
    // No key begins with a dot, so that no blob is called like this.
    private const string Staging = ".staging";

    private readonly string _root;
    private readonly string _staging;

    /// <param name="root">The directory; made where it is missing.</param>
    public FileBlobStore(string root)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _staging = Path.Combine(_root, Staging);
        Directory.CreateDirectory(_staging);
    }

    /// <inheritdoc/>
    public async Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default)
    {
        string target = PathOf(key);
        string temporary = Path.Combine(_staging, Guid.NewGuid().ToString("N"));
        using var bounded = new BoundedContent(content, key, maxBytes);
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true))
            {
                await bounded.CopyToAsync(file, 1 << 16, cancellation).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            MoveInto(temporary, target);
            return new BlobInfo(key, bounded.Count, bounded.Sha256());
        }
        catch (Exception e) when (!bounded.Broken && (e is UnauthorizedAccessException or IOException))
        {
            throw BlobException.Store(key, e);
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default) =>
        Task.FromResult<Stream>(new VerifiedStream(Open(blob), blob));

    /// <inheritdoc/>
    public Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default)
    {
        Ranges.ThrowIfOutside(blob, offset, length);
        FileStream file = Open(blob);
        file.Position = offset;
        return Task.FromResult<Stream>(new PartialStream(file, length));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation = default)
    {
        string path = PathOf(key);
        try
        {
            File.Delete(path);

            // Directories that are left empty go too, as far as they are.
            for (string? parent = Path.GetDirectoryName(path); parent is not null && parent != _root; parent = Path.GetDirectoryName(parent))
            {
                if (Directory.EnumerateFileSystemEntries(parent).Any()) break;
                Directory.Delete(parent);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // There is no such blob, or another one deletes at the same time.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(path)) throw BlobException.Store(key, e);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        BlobKey.ThrowIfInvalidPrefix(prefix);
        await Task.CompletedTask.ConfigureAwait(false);
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

        // The part of the prefix that is whole directories need not be searched for.
        int slash = prefix.LastIndexOf('/');
        string start = slash <= 0 ? _root : Path.Combine(_root, prefix[..slash]);
        if (!Directory.Exists(start)) yield break;
        foreach (FileInfo file in new DirectoryInfo(start).EnumerateFiles("*", options))
        {
            cancellation.ThrowIfCancellationRequested();
            string key = Path.GetRelativePath(_root, file.FullName);
            if (!BlobKey.IsValid(key) || !key.StartsWith(prefix, StringComparison.Ordinal)) continue;
            BlobEntry entry;
            try
            {
                entry = new BlobEntry(key, file.Length, file.LastWriteTimeUtc);
            }
            catch (FileNotFoundException)
            {
                continue;
            }

            yield return entry;
        }
    }

    private FileStream Open(BlobInfo blob)
    {
        string path = PathOf(blob.Key);
        try
        {
            // A link below the root would lead out of it; nobody but an intruder makes one.
            for (string part = path; part != _root; part = Path.GetDirectoryName(part)!)
                if (File.ResolveLinkTarget(part, returnFinalTarget: false) is not null) throw BlobException.Corrupt(blob.Key);
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, useAsync: true);
            if (file.Length == blob.Bytes) return file;
            file.Dispose();
            throw BlobException.Corrupt(blob.Key);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw BlobException.Missing(blob.Key);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not BlobException))
        {
            throw BlobException.Store(blob.Key, e);
        }
    }

    private string PathOf(string key)
    {
        BlobKey.ThrowIfInvalid(key);
        string path = Path.GetFullPath(Path.Combine(_root, key));
        return path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException("this is no key of a blob", nameof(key));
    }

    // Another one may just have removed the directory that it found empty.
    private static void MoveInto(string temporary, string target)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(temporary, target, overwrite: true);
                DirectoryEntry.Flush(Path.GetDirectoryName(target)!);
                return;
            }
            catch (DirectoryNotFoundException) when (tries < 10)
            {
            }
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What could not be written can perhaps not be deleted either; the first failure is the one to tell.
        }
    }
}
