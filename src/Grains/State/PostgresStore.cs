using System.Data.Common;
using Npgsql;

namespace Vgpnn.Grains.State;

/// <summary>The state in PostgreSQL. Two pools, one for each role; see the migration on row-level security.</summary>
internal sealed class PostgresStore : StateStore
{
    // "VGPNN" as a number: the key of the lock that migrations take turns at.
    internal const long MigrationLock = 0x5647504E4E;

    // A database that is away for longer than so many seconds answers nobody anyway.
    private const int MaxQuestions = 60;

    private readonly NpgsqlDataSource _worker;
    private readonly NpgsqlDataSource _api;
    private readonly string _owner;

    public PostgresStore(string connection)
        : base(Dialect.Postgres)
    {
        _owner = connection;
        _worker = NpgsqlDataSource.Create(ForRole(connection, "vgpnn_worker"));
        _api = NpgsqlDataSource.Create(ForRole(connection, "vgpnn_api"));
    }

    public override NpgsqlDataSource Postgres => _worker;

    internal override string MigrationSuffix => ".postgres";

    public override async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync().ConfigureAwait(false);
        await _api.DisposeAsync().ConfigureAwait(false);
    }

    public override async Task<DbConnection> OpenOwnerAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_owner) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        return connection;
    }

    internal override async Task<DbTransaction> BeginMigrationAsync(DbConnection owner, CancellationToken cancellation)
    {
        DbTransaction transaction = await owner.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using DbCommand command = owner.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"SELECT pg_advisory_xact_lock({MigrationLock})";
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        return transaction;
    }

    private protected override async Task<(DbTransaction Transaction, IAsyncDisposable Owner)> BeginAsync(
        string? tenant, CancellationToken cancellation)
    {
        NpgsqlConnection connection = await (tenant is null ? _worker : _api).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            if (tenant is null) return (transaction, connection);
            await using var command = new NpgsqlCommand("SELECT set_config('app.tenant', $1, true)", connection, transaction)
            {
                Parameters = { new NpgsqlParameter { Value = tenant } },
            };
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            return (transaction, connection);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private protected override async Task<string?> IdentifyAsync(DbTransaction transaction, CancellationToken cancellation)
    {
        await using DbCommand command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT pg_current_xact_id_if_assigned()::text";
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as string;
    }

    private protected override async Task<bool> WasCommittedAsync(string id, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await using NpgsqlCommand command = _worker.CreateCommand("SELECT pg_xact_status($1::xid8)");
                command.Parameters.Add(new NpgsqlParameter { Value = id, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
                string? status = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as string;
                if (status != "in progress") return status == "committed";
            }
            catch (Exception e) when (IsTransient(e) && tries < MaxQuestions)
            {
                // It is away for a while.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1000, 20 * Math.Pow(2, tries))), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Npgsql knows what passes by itself: lost connections, deadlocks, a server that starts or stops.</summary>
    private protected override bool IsTransient(Exception failure) => failure switch
    {
        // A commit whose connection broke before the answer is reported without the transient mark by some paths.
        PostgresException e => e.IsTransient || e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow,
        NpgsqlException e => e.IsTransient || e.InnerException is IOException,
        _ => false,
    };

    private string ForRole(string connection, string role)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        int timeout = (int)StatementTimeout.TotalMilliseconds;
        parts.Options = $"{parts.Options} -c role={role} -c statement_timeout={timeout} -c idle_in_transaction_session_timeout={3 * timeout}".TrimStart();
        parts.KeepAlive = parts.KeepAlive == 0 ? 10 : parts.KeepAlive;
        return parts.ConnectionString;
    }
}
