using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Vgpnn.Grains.Storage;

/// <summary>
/// Opens the SQLite database for one user at a time: SQLite has one writer anyway, and a queue in the process is fairer and faster than
/// retries on a busy database. Everything runs on the thread pool, because Microsoft.Data.Sqlite blocks the calling thread.
/// </summary>
internal sealed class SqliteDataSource(string path) : DbDataSource
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <inheritdoc/>
    public override string ConnectionString { get; } =
        new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ConnectionString;

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new TurnConnection(ConnectionString, null);

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection()
    {
        _turn.Wait();
        return Open();
    }

    /// <inheritdoc/>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        await Task.Run(
            async () =>
            {
                await _turn.WaitAsync(cancellationToken);
                return Open();
            },
            cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) SqliteConnection.ClearPool(new SqliteConnection(ConnectionString));
        base.Dispose(disposing);
    }

    private TurnConnection Open()
    {
        var connection = new TurnConnection(ConnectionString, _turn);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            // FULL syncs the write-ahead log at every commit: nothing that was confirmed is lost when the power fails.
            command.CommandText = "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL;";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A connection that ends its turn when it is disposed.</summary>
    private sealed class TurnConnection(string connectionString, SemaphoreSlim? turn) : SqliteConnection(connectionString)
    {
        private SemaphoreSlim? _turn = turn;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing) Interlocked.Exchange(ref _turn, null)?.Release();
        }
    }
}
