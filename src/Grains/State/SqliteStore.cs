using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Vgpnn.Grains.State;

/// <summary>The state in a file of SQLite: for one process on one machine. There is no second wall between tenants here.</summary>
internal sealed class SqliteStore : StateStore
{
    private readonly string _connection;

    // One writer at a time is SQLite's rule; waiting here costs less than waiting there.
    private readonly SemaphoreSlim _writer = new(1);

    static SqliteStore() => SQLitePCL.Batteries_V2.Init();

    public SqliteStore(string connection)
        : base(Dialect.Sqlite) =>
        _connection = new SqliteConnectionStringBuilder(connection) { ForeignKeys = true, DefaultTimeout = 30 }.ConnectionString;

    /// <inheritdoc/>
    internal override string MigrationSuffix => ".sqlite";

    public override ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(_connection)) SqliteConnection.ClearPool(connection);
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    public override async Task<DbConnection> OpenOwnerAsync(CancellationToken cancellation)
    {
        var connection = new SqliteConnection(_connection);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);

        // A commit is on the disk before it is answered, as with PostgreSQL. Readers do not wait for the writer.
        await connection.ExecuteAsync("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").ConfigureAwait(false);
        return connection;
    }

    internal override Task<DbTransaction> BeginMigrationAsync(DbConnection owner, CancellationToken cancellation) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)owner).BeginTransaction(deferred: false));

    private protected override async Task<(DbTransaction Transaction, IAsyncDisposable Owner)> BeginAsync(
        string? tenant, CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation).ConfigureAwait(false);
        SqliteConnection? connection = null;
        try
        {
            connection = (SqliteConnection)await OpenOwnerAsync(cancellation).ConfigureAwait(false);
            return (connection.BeginTransaction(deferred: false), new Turn(connection, _writer));
        }
        catch
        {
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
            _writer.Release();
            throw;
        }
    }

    private protected override bool IsTransient(Exception failure) =>
        failure is SqliteException { SqliteErrorCode: 5 or 6 }; // SQLITE_BUSY, SQLITE_LOCKED

    private sealed class Turn(SqliteConnection connection, SemaphoreSlim writer) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            writer.Release();
        }
    }
}
