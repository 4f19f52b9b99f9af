using Npgsql;

namespace Vgpnn.Grains.Storage;

/// <summary>Where the cluster keeps its state: SQLite, PostgreSQL or Azure Storage.</summary>
public abstract class StorageSetting
{
    private const string Allowed =
        "leave it empty for SQLite, or use postgres:CONNECTION, azure:CONNECTION or azure:https://ACCOUNT.blob.core.windows.net";

    /// <summary>Parses the setting <c>Storage</c>.</summary>
    /// <param name="setting">
    /// Empty for SQLite in <paramref name="dataDirectory"/>; <c>postgres:CONNECTION</c>; <c>azure:CONNECTION</c>; or <c>azure:https://…</c>,
    /// the address of the account's blob service, for authentication with a managed identity.
    /// </param>
    /// <param name="dataDirectory">The directory of the SQLite database.</param>
    /// <exception cref="GrainException"><c>bad-setting</c>; the message never contains the value, which may hold a password.</exception>
    public static StorageSetting Parse(string setting, string dataDirectory)
    {
        if (string.IsNullOrWhiteSpace(setting)) return new SqliteStorage(Path.GetFullPath(Path.Combine(dataDirectory, "state.db")));
        if (setting.Split(':', 2) is not [{ } kind, { Length: > 0 } connection]) throw Bad("the setting Storage has no connection", Allowed);
        return kind switch
        {
            "postgres" => ParsePostgres(connection),
            "azure" => ParseAzure(connection),
            _ => throw Bad("the setting Storage names an unknown kind of storage", Allowed),
        };
    }

    private static PostgresStorage ParsePostgres(string connection)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(connection);
            return string.IsNullOrEmpty(builder.Host)
                ? throw Bad("the PostgreSQL connection in the setting Storage has no host", PostgresStorage.Example)
                : new PostgresStorage(builder);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw Bad("the PostgreSQL connection in the setting Storage is invalid", PostgresStorage.Example);
        }
    }

    private static AzureStorage ParseAzure(string connection)
    {
        if (connection.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) return ParseAzureAddress(connection);
        if (connection.Contains("AccountName=", StringComparison.OrdinalIgnoreCase)
            || connection.Contains("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase)
            || connection.Contains("SharedAccessSignature=", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                return AzureStorage.FromConnection(connection);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
            {
                // Falls through to the error below: the client's own message may repeat a part of the connection string.
            }
        }

        throw Bad(
            "the Azure connection in the setting Storage is invalid",
            "copy the connection string of the storage account, or use azure:https://ACCOUNT.blob.core.windows.net with a managed identity");
    }

    private static AzureStorage ParseAzureAddress(string address)
    {
        const string Blob = ".blob.";
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? blobs) || blobs.AbsolutePath != "/" || blobs.Query.Length > 0
            || blobs.UserInfo.Length > 0 || !blobs.Host.Contains(Blob, StringComparison.Ordinal))
        {
            throw Bad(
                "the Azure address in the setting Storage is invalid",
                "use the address of the account's blob service, without a path or a query: azure:https://ACCOUNT.blob.core.windows.net");
        }

        var tables = new UriBuilder(blobs) { Host = blobs.Host.Replace(Blob, ".table.", StringComparison.Ordinal) };
        return AzureStorage.FromIdentity(blobs, tables.Uri);
    }

    private static GrainException Bad(string message, string hint) => new("bad-setting", message, hint);
}

/// <summary>A SQLite database for a cluster of one silo.</summary>
/// <param name="path">The path of the database file.</param>
public sealed class SqliteStorage(string path) : StorageSetting
{
    /// <summary>The absolute path of the database file.</summary>
    public string Path { get; } = path;

    /// <summary>Names the storage without secrets.</summary>
    public override string ToString() => $"SQLite database {Path}";
}

/// <summary>A PostgreSQL database.</summary>
public sealed class PostgresStorage : StorageSetting
{
    internal const string Example = "use for example postgres:Host=db;Database=vgpnn;Username=vgpnn;Password=…";

    internal PostgresStorage(NpgsqlConnectionStringBuilder connection)
    {
        // A silo must notice a lost database before its peers count it as dead.
        if (connection.Timeout == 15) connection.Timeout = 5;
        if (connection.CommandTimeout == 30) connection.CommandTimeout = 10;
        connection.ApplicationName ??= "vgpnn";
        Connection = connection.ConnectionString;
        Address = $"{connection.Host}:{connection.Port}/{connection.Database}";
    }

    /// <summary>The connection string, which may hold a password.</summary>
    internal string Connection { get; }

    private string Address { get; }

    /// <summary>Names the storage without secrets.</summary>
    public override string ToString() => $"PostgreSQL database {Address}";
}
