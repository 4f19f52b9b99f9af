using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Vgpnn.Grains.Storage;

/// <summary>What a probe of the storage found.</summary>
/// <param name="Product">Product and version.</param>
/// <param name="Major">Major version; 0 if the product has no versions.</param>
/// <param name="Answer">Median time of an answer.</param>
public sealed record StorageProbe(string Product, int Major, TimeSpan Answer)
{
    private const int Tries = 5;

    /// <summary>Asks the storage a few times. Errors of the connection surface as they are.</summary>
    public static async Task<StorageProbe> RunAsync(StorageSetting storage, CancellationToken cancellation = default)
    {
        switch (storage)
        {
            case PostgresStorage postgres:
                await using (NpgsqlDataSource source = NpgsqlDataSource.Create(postgres.Connection))
                    return await RunAsync(source, "PostgreSQL", "SELECT current_setting('server_version')", cancellation);
            case SqliteStorage sqlite:
                await using (var source = new SqliteDataSource(sqlite.Path)) return await RunAsync(source, "SQLite", "SELECT sqlite_version()", cancellation);
            case AzureStorage azure:
                return new StorageProbe("Azure Storage", 0, await TimeAsync(() => azure.Blobs.GetBlobContainerClient(AzureStorage.StateContainer).ExistsAsync(cancellation)));
            default:
                throw new ArgumentOutOfRangeException(nameof(storage));
        }
    }

    private static async Task<StorageProbe> RunAsync(DbDataSource source, string product, string sql, CancellationToken cancellation)
    {
        await using DbConnection connection = await source.OpenConnectionAsync(cancellation);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        string version = ((string)(await command.ExecuteScalarAsync(cancellation))!).Split(' ')[0];
        TimeSpan answer = await TimeAsync(() => command.ExecuteScalarAsync(cancellation));
        return new StorageProbe($"{product} {version}", int.TryParse(version.Split('.')[0], out int major) ? major : 0, answer);
    }

    private static async Task<TimeSpan> TimeAsync<T>(Func<Task<T>> ask)
    {
        var times = new List<TimeSpan>();
        for (int i = 0; i < Tries; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await ask();
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return times.Order().ElementAt(Tries / 2);
    }
}
