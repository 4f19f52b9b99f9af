using System.Data.Common;
using Dapper;
using Npgsql;

namespace Vgpnn.Grains.State;

/// <summary>
/// Where the state of all grains lies: PostgreSQL, or SQLite on one machine. All work is done in transactions. A
/// transaction that the database turned down is run again from its start; one whose commit got no answer is asked after, and
/// run again where it was not committed, or where that cannot be known: whatever is done in one must stand being done twice.
/// </summary>
public abstract class StateStore : IAsyncDisposable
{
    private const int MaxTries = 6;

    static StateStore() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    private protected StateStore(Dialect dialect) => Dialect = dialect;

    /// <summary>The database's words.</summary>
    public Dialect Dialect { get; }

    /// <summary>Connections of the role that runs everybody's work, for the scheduler; null: this is not PostgreSQL.</summary>
    public virtual NpgsqlDataSource? Postgres => null;

    /// <summary>How long one statement may take before it is given up.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Opens the store that a connection text names: <c>Host=…</c> for PostgreSQL, <c>Data Source=…</c> for SQLite.</summary>
    /// <param name="connection">In the words of Npgsql or of Microsoft.Data.Sqlite.</param>
    /// <exception cref="GrainException">It names neither.</exception>
    public static StateStore Open(string connection)
    {
        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = connection;
        }
        catch (ArgumentException e)
        {
            throw new GrainException("bad-database", $"the database's connection text cannot be read: {e.Message}");
        }

        if (parts.ContainsKey("Host")) return new PostgresStore(connection);
        if (parts.ContainsKey("Data Source")) return new SqliteStore(connection);
        throw new GrainException("bad-database", "the database's connection text names neither a Host (PostgreSQL) nor a Data Source (SQLite)");
    }

    /// <summary>Runs a short turn of the system's own: it sees all tenants' rows.</summary>
    public Task<T> RunAsync<T>(Func<StateTransaction, Task<T>> turn, CancellationToken cancellation = default) =>
        RunAsync(null, turn, cancellation);

    /// <inheritdoc cref="RunAsync{T}(Func{StateTransaction, Task{T}}, CancellationToken)"/>
    public Task RunAsync(Func<StateTransaction, Task> turn, CancellationToken cancellation = default) =>
        RunAsync(null, Returning(turn), cancellation);

    /// <summary>Runs a short turn for a tenant: where the database can, it hides all other tenants' rows.</summary>
    public Task<T> RunForAsync<T>(string tenant, Func<StateTransaction, Task<T>> turn, CancellationToken cancellation = default) =>
        RunAsync(tenant ?? throw new ArgumentNullException(nameof(tenant)), turn, cancellation);

    /// <inheritdoc cref="RunForAsync{T}(string, Func{StateTransaction, Task{T}}, CancellationToken)"/>
    public Task RunForAsync(string tenant, Func<StateTransaction, Task> turn, CancellationToken cancellation = default) =>
        RunForAsync(tenant, Returning(turn), cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>A connection as the connection text says, with the owner's rights where that names one: for migrations.</summary>
    public abstract Task<DbConnection> OpenOwnerAsync(CancellationToken cancellation);

    /// <summary>Begins a transaction that may change the schema, alone in the whole cluster.</summary>
    internal abstract Task<DbTransaction> BeginMigrationAsync(DbConnection owner, CancellationToken cancellation);

    /// <summary>Names of the migrations' files end in this where they are for one database only.</summary>
    internal abstract string MigrationSuffix { get; }

    /// <summary>A transaction, with its connection open until the returned owner is disposed.</summary>
    private protected abstract Task<(DbTransaction Transaction, IAsyncDisposable Owner)> BeginAsync(string? tenant, CancellationToken cancellation);

    /// <summary>Whether the same work may well succeed a moment later.</summary>
    private protected abstract bool IsTransient(Exception failure);

    /// <summary>By what a transaction can be asked after once its connection is gone; null: it cannot, or has written nothing.</summary>
    private protected virtual Task<string?> IdentifyAsync(DbTransaction transaction, CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <summary>Whether a transaction that <see cref="IdentifyAsync"/> named was committed. Waits until that is decided.</summary>
    private protected virtual Task<bool> WasCommittedAsync(string id, CancellationToken cancellation) => throw new NotSupportedException();

    private async Task<T> RunAsync<T>(string? tenant, Func<StateTransaction, Task<T>> turn, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await TryAsync(tenant, turn, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (tries < MaxTries && IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                // Two that collided would collide again if both waited equally long.
                double wait = 20 * Math.Pow(2, tries) * (0.5 + Random.Shared.NextDouble());
                await Task.Delay(TimeSpan.FromMilliseconds(wait), cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<T> TryAsync<T>(string? tenant, Func<StateTransaction, Task<T>> turn, CancellationToken cancellation)
    {
        (DbTransaction transaction, IAsyncDisposable owner) = await BeginAsync(tenant, cancellation).ConfigureAwait(false);
        await using (owner.ConfigureAwait(false))
        await using (transaction.ConfigureAwait(false))
        {
            var state = new StateTransaction(transaction, Dialect, StatementTimeout, cancellation);
            try
            {
                T result = await turn(state).ConfigureAwait(false);
                string? id = await IdentifyAsync(transaction, cancellation).ConfigureAwait(false);
                try
                {
                    await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                }
                catch (Exception e) when (id is not null && IsTransient(e))
                {
                    // The answer was lost: was the commit?
                    if (!await WasCommittedAsync(id, cancellation).ConfigureAwait(false)) throw;
                }

                state.Committed();
                return result;
            }
            finally
            {
                state.Over();
            }
        }
    }

    private static Func<StateTransaction, Task<bool>> Returning(Func<StateTransaction, Task> turn) => async state =>
    {
        await turn(state).ConfigureAwait(false);
        return true;
    };
}
