using System.Runtime.CompilerServices;

namespace Vgpnn.Grains.Storage.Blobs.Files;

/// <summary>Stores blobs as files in a directory, which several silos may share.</summary>
/// <param name="root">The directory; <see cref="PrepareAsync"/> creates it.</param>
public sealed class FileBlobs(string root) : IBlobStore
{
    private const int BufferBytes = 1 << 16;
    private const int EntriesPerPage = 1000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Remains of a process that was killed while writing.
    private static readonly TimeSpan StagedFileLifetime = TimeSpan.FromDays(1);

    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    // No key has a part that begins with a dot.
    private string Staging => Path.Combine(_root, ".staging");

    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancellation = default) => RunAsync("", () =>
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_root);
        else Directory.CreateDirectory(_root, OwnerOnly);
        foreach (FileInfo file in Directory.CreateDirectory(Staging).EnumerateFiles())
            if (DateTime.UtcNow - file.LastWriteTimeUtc > StagedFileLifetime) TryDelete(file.FullName);
        return true;
    }, cancellation);

    /// <inheritdoc/>
    public Task<BlobInfo> PutAsync(string key, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default) =>
        Task.Run(() => WriteAsync(key, content, maxBytes, cancellation), cancellation);

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(BlobInfo blob, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return await RunAsync(blob.Key, () => Open(blob, 0, blob.Bytes), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenRangeAsync(BlobInfo blob, long offset, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        BlobKeys.ThrowIfOutside(blob, offset, length);
        return await RunAsync(blob.Key, () => Open(blob, offset, length), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation = default) => RunAsync(key, () => Delete(key), cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        BlobKeys.ThrowIfInvalidPrefix(prefix);
        using IEnumerator<BlobEntry[]> pages = Enumerate(prefix).Chunk(EntriesPerPage).GetEnumerator();
        while (await RunAsync(prefix, MoveNext, cancellation).ConfigureAwait(false))
            foreach (BlobEntry entry in pages.Current) yield return entry;

        bool MoveNext()
        {
            try
            {
                return pages.MoveNext();
            }
            catch (DirectoryNotFoundException) when (Directory.Exists(_root))
            {
                // There are no blobs with this prefix, or a deletion has just removed the last one.
                return false;
            }
        }
    }

    // File systems block, which a grain must not: everything runs on the thread pool.
    private static async Task<T> RunAsync<T>(string target, Func<T> work, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(work, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (Translate(target, e) is { } translated)
        {
            throw translated;
        }
    }

    private static BlobException? Translate(string target, Exception e) =>
        e is UnauthorizedAccessException or (IOException and not BlobException) ? BlobException.Store(target, e.Message, e) : null;

    private async Task<BlobInfo> WriteAsync(string key, Stream content, long maxBytes, CancellationToken cancellation)
    {
        string path = PathOf(key), staged = Path.Combine(Staging, Guid.NewGuid().ToString("N"));
        using var source = new BlobContent(content, key, maxBytes);
        try
        {
            if (LeadsOutside(path)) throw BlobException.Corrupt(key);

            // A directory that was made by hand or restored from a backup may lack it.
            if (Directory.Exists(_root)) Directory.CreateDirectory(Staging);
            var buffer = new byte[source.BufferSize(BufferBytes)];
            await using (var file = new FileStream(staged, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
            {
                while (await source.FillAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            MoveInto(staged, path);
            return source.ToInfo();
        }
        catch (Exception e) when (!source.Failed && Translate(key, e) is { } translated)
        {
            throw translated;
        }
        finally
        {
            TryDelete(staged);
        }
    }

    private BlobReader Open(BlobInfo blob, long offset, long length)
    {
        string path = PathOf(blob.Key);
        try
        {
            if (LeadsOutside(path)) throw BlobException.Corrupt(blob.Key);
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, useAsync: true);
            if (file.Length == blob.Bytes)
            {
                file.Position = offset;
                return new BlobReader(file, blob, length, new TimeLimit(Timeout.InfiniteTimeSpan), Translate);
            }

            file.Dispose();
            throw BlobException.Corrupt(blob.Key);
        }
        catch (Exception e) when ((e is FileNotFoundException or DirectoryNotFoundException) && Directory.Exists(_root))
        {
            throw BlobException.Missing(blob.Key);
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            throw BlobException.Missing(blob.Key);
        }
    }

    private bool Delete(string key)
    {
        string path = PathOf(key);
        if (LeadsOutside(path)) throw BlobException.Corrupt(key);
        try
        {
            File.Delete(path);

            // Removes the directories that become empty.
            for (string parent = Path.GetDirectoryName(path)!; parent != _root; parent = Path.GetDirectoryName(parent)!)
            {
                if (Directory.EnumerateFileSystemEntries(parent).Any()) break;
                Directory.Delete(parent);
            }
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && Directory.Exists(_root) && !File.Exists(path))
        {
            // The blob does not exist, or another deletion or write uses the directory at the same time.
        }

        return true;
    }

    private IEnumerable<BlobEntry> Enumerate(string prefix)
    {
        // Whole directories of the prefix need no search.
        string start = Path.Combine(_root, prefix[..(prefix.LastIndexOf('/') + 1)].TrimEnd('/'));
        if (LeadsOutside(start)) yield break;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (FileInfo file in new DirectoryInfo(start).EnumerateFiles("*", options))
        {
            string key = Path.GetRelativePath(_root, file.FullName);
            if (BlobKeys.IsValid(key) && key.StartsWith(prefix, StringComparison.Ordinal) && EntryOf(key, file) is { } entry) yield return entry;
        }
    }

    private static BlobEntry? EntryOf(string key, FileInfo file)
    {
        try
        {
            return new BlobEntry(key, file.Length, file.LastWriteTimeUtc);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(string key)
    {
        BlobKeys.ThrowIfInvalid(key);
        return Path.Combine(_root, key);
    }

    // The store makes no links: one below the root was planted, and would lead out of the store.
    private bool LeadsOutside(string path)
    {
        for (; path != _root; path = Path.GetDirectoryName(path)!)
            if (new FileInfo(path).LinkTarget is not null) return true;
        return false;
    }

    private void MoveInto(string staged, string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        for (int tries = 1; ; tries++)
        {
            try
            {
                MakeDirectory(directory);
                File.Move(staged, path, overwrite: true);
                DirectorySync.Flush(directory);
                return;
            }
            catch (DirectoryNotFoundException) when (tries < 10)
            {
                // A deletion has just removed the directory, which was empty.
            }
        }
    }

    private void MakeDirectory(string directory)
    {
        if (directory == _root || Directory.Exists(directory)) return;
        string parent = Path.GetDirectoryName(directory)!;
        MakeDirectory(parent);
        Directory.CreateDirectory(directory);
        DirectorySync.Flush(parent);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // PrepareAsync tries again; the failure that led here is the one to report.
        }
    }
}
