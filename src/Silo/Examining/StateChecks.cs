using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Vgpnn.Grains;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Examining;

/// <summary>What a silo needs of other services: the storage and the blobs.</summary>
internal static class StateChecks
{
    private const int OldestPostgres = 14;
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether blobs are files on this machine.</summary>
    public static bool IsLocal(string blobs) => BlobStores.IsDirectory(blobs);

    /// <summary>The directory itself, or the nearest existing one above it.</summary>
    public static string Nearest(string directory)
    {
        string path = Path.GetFullPath(directory);
        while (!Directory.Exists(path)) path = Path.GetDirectoryName(path) ?? "/";
        return path;
    }

    /// <summary>Whether the storage answers, how fast, and whether its schema is this program's.</summary>
    public static async Task<IReadOnlyList<Finding>> StorageAsync(SiloSettings settings, CancellationToken cancellation)
    {
        try
        {
            StorageSetting storage = StorageSetting.Parse(settings.Storage, settings.Data);
            if (storage is SqliteStorage sqlite && !File.Exists(sqlite.Path)) return [OfMissing("storage", Path.GetDirectoryName(sqlite.Path)!)];
            StorageProbe probe = await StorageProbe.RunAsync(storage, cancellation);
            if (storage is PostgresStorage && probe.Major < OldestPostgres)
                return [Finding.Broken("storage", probe.Product, $"upgrade PostgreSQL to version {OldestPostgres} or newer")];
            await Migrator.RequireAsync(storage, cancellation);
            string says = string.Create(
                CultureInfo.InvariantCulture, $"{probe.Product}, schema {Migrator.SchemaVersion}, answers in {probe.Answer.TotalMilliseconds:0.0} ms");
            return [probe.Answer > SlowAnswer
                ? Finding.Doubtful("storage", says, "move it nearer: every checkpoint of a sample is a write")
                : Finding.Well("storage", says)];
        }
        catch (GrainException e)
        {
            return [Finding.Broken("storage", e.Message, e.Hint ?? "set VGPNN_STORAGE, or --storage")];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return [Finding.Broken("storage", $"it cannot be reached: {e.Message}", "start it, or correct the connection (VGPNN_STORAGE)")];
        }
    }

    /// <summary>Whether a blob can be written, read back and deleted.</summary>
    public static async Task<IReadOnlyList<Finding>> BlobsAsync(SiloSettings settings, CancellationToken cancellation)
    {
        if (IsLocal(settings.Blobs) && !Directory.Exists(settings.Blobs)) return [OfMissing("blobs", settings.Blobs)];
        try
        {
            IBlobStore blobs = BlobStores.Open(settings.Blobs);
            byte[] content = RandomNumberGenerator.GetBytes(1 << 16);
            string key = $"doctor/{Guid.NewGuid():N}";
            long start = Stopwatch.GetTimestamp();
            BlobInfo written = await blobs.PutAsync(key, new MemoryStream(content), cancellation: cancellation);
            using var back = new MemoryStream();
            await using (Stream stream = await blobs.OpenAsync(written, cancellation)) await stream.CopyToAsync(back, cancellation);
            await blobs.DeleteAsync(key, cancellation);
            if (!back.ToArray().AsSpan().SequenceEqual(content)) return [Finding.Broken("blobs", "what was read is not what was written", "do not use this store")];
            return [Finding.Well("blobs", string.Create(CultureInfo.InvariantCulture, $"64 KiB written, read and deleted in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms"))];
        }
        catch (GrainException e)
        {
            return [Finding.Broken("blobs", e.Message, e.Hint ?? "set VGPNN_BLOBS, or --blobs")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            return [Finding.Broken("blobs", e.Message, "correct VGPNN_BLOBS: the address, the key, or the directory's permissions")];
        }
    }

    // Nothing is created here: a silo creates its directory when it starts for the first time.
    private static Finding OfMissing(string of, string directory)
    {
        string above = Nearest(directory), trial = Path.Combine(above, $".vgpnn-doctor-{Guid.NewGuid():N}");
        try
        {
            using (new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
                return Finding.Well(of, $"will be created in {directory} at the first start");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Broken(of, $"{directory} does not exist and cannot be created: {e.Message}", "choose a writable directory with --data");
        }
    }
}
