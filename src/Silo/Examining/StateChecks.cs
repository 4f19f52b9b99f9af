using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Vgpnn.Grains;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.State;
using Vgpnn.Silo.Hosting;

namespace Vgpnn.Silo.Examining;

/// <summary>What a node needs of others: the database, its clock, the blobs.</summary>
internal static class StateChecks
{
    private const int OldestPostgres = 14;
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan SomeDifference = TimeSpan.FromSeconds(0.25);

    /// <summary>The file of an SQLite database; null: it is none.</summary>
    public static string? SqliteFile(string database) =>
        database.StartsWith("Data Source=", StringComparison.OrdinalIgnoreCase) ? database["Data Source=".Length..].Split(';')[0] : null;

    /// <summary>Whether blobs are files here.</summary>
    public static bool IsLocal(string blobs) =>
        !blobs.StartsWith("http", StringComparison.Ordinal) && !blobs.StartsWith("Container=", StringComparison.OrdinalIgnoreCase);

    /// <summary>The directory itself, or the nearest above it that is there.</summary>
    public static string Nearest(string directory)
    {
        string path = Path.GetFullPath(directory);
        while (!Directory.Exists(path)) path = Path.GetDirectoryName(path) ?? "/";
        return path;
    }

    /// <summary>Whether the database answers, how fast, whether its schema is this program's, and whether the clocks agree.</summary>
    public static async Task<IReadOnlyList<Finding>> DatabaseAsync(SiloSettings settings, TimeProvider clock, CancellationToken cancellation)
    {
        if (SqliteFile(settings.Database) is { } file && !File.Exists(file)) return [OfMissing("database", Path.GetDirectoryName(Path.GetFullPath(file))!)];
        try
        {
            await using StateStore store = StateStore.Open(settings.Database);
            (string version, TimeSpan answer) = await VersionAsync(store, cancellation);
            if (store.Postgres is not null && int.Parse(version.Split('.')[0], CultureInfo.InvariantCulture) < OldestPostgres)
                return [Finding.Broken("database", $"PostgreSQL {version}", $"bring it up to {OldestPostgres} or newer")];
            await Migrator.RequireAsync(store, cancellation);
            string says = string.Create(
                CultureInfo.InvariantCulture,
                $"{(store.Postgres is null ? "SQLite" : "PostgreSQL")} {version}, schema {Migrator.Version}, answers in {answer.TotalMilliseconds:0.0} ms");
            Finding database = answer > SlowAnswer
                ? Finding.Doubtful("database", says, "bring it nearer: every turn asks it a dozen times")
                : Finding.Well("database", says);
            return [database, await ClockAsync(store, clock, cancellation)];
        }
        catch (GrainException e)
        {
            return [Finding.Broken("database", e.Message, e.Hint ?? "set VGPNN_DATABASE, or --database")];
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return [Finding.Broken("database", $"it cannot be reached: {e.Message}", "start it, or mend the connection text (VGPNN_DATABASE)")];
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
            return [Finding.Broken("blobs", e.Message, "mend VGPNN_BLOBS: the address, the key, or the directory's rights")];
        }
    }

    private static async Task<(string Version, TimeSpan Answer)> VersionAsync(StateStore store, CancellationToken cancellation)
    {
        // The worker's role comes with the schema: whether the server answers at all is asked as whoever the connection names.
        string sql = store.Postgres is null ? "SELECT sqlite_version()" : "SELECT current_setting('server_version')";
        await using DbConnection owner = await store.OpenOwnerAsync(cancellation);
        await using DbCommand command = owner.CreateCommand();
        command.CommandText = sql;
        string version = (string)(await command.ExecuteScalarAsync(cancellation))!;
        var times = new List<TimeSpan>();
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await command.ExecuteScalarAsync(cancellation);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return (version.Split(' ')[0], times.Order().ElementAt(2));
    }

    private static async Task<Finding> ClockAsync(StateStore store, TimeProvider clock, CancellationToken cancellation)
    {
        TimeSpan difference = await NodeRegistry.ClockDifferenceAsync(store, clock, cancellation);
        string says = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(difference.TotalSeconds):0.00} s {(difference < TimeSpan.Zero ? "behind" : "ahead of")} the database's");
        const string mend = "keep clocks with NTP";
        return difference.Duration() > Preparation.LargestDifference ? Finding.Broken("clock", says, mend)
            : difference.Duration() > SomeDifference ? Finding.Doubtful("clock", says, mend)
            : Finding.Well("clock", says);
    }

    // Nothing is made here: a node makes its directory when it starts for the first time.
    private static Finding OfMissing(string of, string directory)
    {
        string above = Nearest(directory), trial = Path.Combine(above, $".vgpnn-doctor-{Guid.NewGuid():N}");
        try
        {
            using (new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) return Finding.Well(of, $"will be made in {directory} at the first start");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Broken(of, $"{directory} is not there and cannot be made: {e.Message}", "name a place that can be written, with --data");
        }
    }
}
