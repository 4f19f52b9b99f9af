using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Npgsql;

namespace Vgpnn.Grains.Storage;

/// <summary>Creates and checks what the Orleans providers need in the storage: tables and queries, or tables and a container.</summary>
public static class Migrator
{
    /// <summary>The version of the schema that this program needs. Raise it with every change of a script.</summary>
    public const int SchemaVersion = 1;

    /// <summary>The name of the version in Azure, where it is metadata of the container.</summary>
    private const string VersionMetadata = "vgpnnschema";

    /// <summary>The key of PostgreSQL's advisory lock, which makes silos migrate one after another.</summary>
    private const long LockKey = 0x7667706e6e;

    /// <summary>Brings the storage to <see cref="SchemaVersion"/>. Safe to repeat, and to run in several processes at once.</summary>
    /// <exception cref="GrainException"><c>schema-newer</c>: a newer program migrated the storage.</exception>
    public static async Task MigrateAsync(StorageSetting storage, CancellationToken cancellation = default)
    {
        switch (storage)
        {
            case AzureStorage azure:
                await MigrateAsync(azure, cancellation);
                break;
            case SqliteStorage sqlite:
                Directory.CreateDirectory(Path.GetDirectoryName(sqlite.Path)!);
                await using (var source = new SqliteDataSource(sqlite.Path))
                    await MigrateAsync(source, "BEGIN IMMEDIATE", "Sqlite.sql", cancellation);
                break;
            case PostgresStorage postgres:
                await using (var source = NpgsqlDataSource.Create(postgres.Connection))
                    await MigrateAsync(source, $"BEGIN; SELECT pg_advisory_xact_lock({LockKey})", "PostgreSql.sql", cancellation);
                break;
        }
    }

    /// <summary>Checks that the storage has exactly <see cref="SchemaVersion"/>.</summary>
    /// <exception cref="GrainException"><c>schema-missing</c>, <c>schema-older</c> or <c>schema-newer</c>.</exception>
    public static async Task RequireAsync(StorageSetting storage, CancellationToken cancellation = default)
    {
        int? version = await VersionAsync(storage, cancellation);
        switch (version)
        {
            case null:
                throw new GrainException("schema-missing", $"the {storage} has not been set up", "run 'silo migrate'");
            case < SchemaVersion:
                throw new GrainException(
                    "schema-older", $"the {storage} has schema version {version}, but this silo needs version {SchemaVersion}",
                    "run 'silo migrate'");
            default:
                RefuseNewer(version, storage);
                break;
        }
    }

    private static void RefuseNewer(int? version, object storage)
    {
        if (version > SchemaVersion)
        {
            throw new GrainException(
                "schema-newer", $"the {storage} has schema version {version}, but this silo knows only version {SchemaVersion}",
                "install the newer version of the silo");
        }
    }

    private static async Task<int?> VersionAsync(StorageSetting storage, CancellationToken cancellation)
    {
        switch (storage)
        {
            case SqliteStorage sqlite when !File.Exists(sqlite.Path):
                return null;
            case SqliteStorage sqlite:
                await using (var source = new SqliteDataSource(sqlite.Path)) return await VersionAsync(source, cancellation);
            case PostgresStorage postgres:
                await using (var source = NpgsqlDataSource.Create(postgres.Connection)) return await VersionAsync(source, cancellation);
            case AzureStorage azure:
                return await VersionAsync(azure.Blobs.GetBlobContainerClient(AzureStorage.StateContainer), cancellation);
            default:
                throw new ArgumentOutOfRangeException(nameof(storage));
        }
    }

    private static async Task<int?> VersionAsync(DbDataSource source, CancellationToken cancellation)
    {
        await using DbConnection connection = await source.OpenConnectionAsync(cancellation);
        return await VersionAsync(connection, cancellation);
    }

    private static async Task<int?> VersionAsync(DbConnection connection, CancellationToken cancellation)
    {
        string table = connection is NpgsqlConnection
            ? "SELECT to_regclass('orleansquery') IS NOT NULL"
            : "SELECT count(*) > 0 FROM sqlite_master WHERE name = 'OrleansQuery'";
        if (!Convert.ToBoolean(await ScalarAsync(connection, table, cancellation), CultureInfo.InvariantCulture)) return null;
        const string query = "SELECT QueryText FROM OrleansQuery WHERE QueryKey = 'VgpnnSchemaVersion'";
        object? version = await ScalarAsync(connection, query, cancellation);
        return version is string text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
    }

    private static async Task MigrateAsync(DbDataSource source, string begin, string script, CancellationToken cancellation)
    {
        await using DbConnection connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            await ScalarAsync(connection, begin, cancellation);
            int? version = await VersionAsync(connection, cancellation);
            RefuseNewer(version, "database");
            if (version != SchemaVersion)
            {
                await ScalarAsync(connection, await ScriptAsync(script, cancellation), cancellation);
                await SetVersionAsync(connection, SchemaVersion, cancellation);
            }

            await ScalarAsync(connection, "COMMIT", cancellation);
        }
        catch
        {
            await RollBackAsync(connection);
            throw;
        }
    }

    /// <summary>Sets the version of a database, for tests.</summary>
    internal static async Task SetVersionAsync(StorageSetting storage, int version)
    {
        await using DbDataSource source = storage is SqliteStorage sqlite
            ? new SqliteDataSource(sqlite.Path)
            : NpgsqlDataSource.Create(((PostgresStorage)storage).Connection);
        await using DbConnection connection = await source.OpenConnectionAsync();
        await SetVersionAsync(connection, version, CancellationToken.None);
    }

    private static async Task SetVersionAsync(DbConnection connection, int version, CancellationToken cancellation) => await ScalarAsync(
        connection,
        $"""
        INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('VgpnnSchemaVersion', '{version}')
        ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText
        """,
        cancellation);

    private static async Task RollBackAsync(DbConnection connection)
    {
        try
        {
            await ScalarAsync(connection, "ROLLBACK", CancellationToken.None);
        }
        catch (DbException)
        {
            // The connection is lost, and with it the transaction: the first error is the one to report.
        }
    }

    private static async Task<object?> ScalarAsync(DbConnection connection, string sql, CancellationToken cancellation)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<string> ScriptAsync(string name, CancellationToken cancellation)
    {
        await using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation);
    }

    private static async Task MigrateAsync(AzureStorage azure, CancellationToken cancellation)
    {
        BlobContainerClient container = azure.Blobs.GetBlobContainerClient(AzureStorage.StateContainer);
        RefuseNewer(await VersionAsync(container, cancellation), azure);
        await azure.Tables.CreateTableIfNotExistsAsync(AzureStorage.MembershipTable, cancellation);
        await azure.Tables.CreateTableIfNotExistsAsync(AzureStorage.RemindersTable, cancellation);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellation);
        var metadata = new Dictionary<string, string> { [VersionMetadata] = SchemaVersion.ToString(CultureInfo.InvariantCulture) };
        await container.SetMetadataAsync(metadata, cancellationToken: cancellation);
    }

    private static async Task<int?> VersionAsync(BlobContainerClient container, CancellationToken cancellation)
    {
        try
        {
            BlobContainerProperties properties = await container.GetPropertiesAsync(cancellationToken: cancellation);
            return properties.Metadata.TryGetValue(VersionMetadata, out string? version)
                ? int.Parse(version, CultureInfo.InvariantCulture)
                : null;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
