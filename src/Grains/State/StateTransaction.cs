using System.Data.Common;
using Dapper;

namespace Vgpnn.Grains.State;

/// <summary>One short turn's transaction: everything in it is committed together, or nothing is.</summary>
public sealed class StateTransaction
{
    private readonly Dialect _dialect;
    private readonly int _timeoutSeconds;
    private readonly CancellationToken _cancellation;
    private readonly List<Action> _afterCommit = [];
    private readonly List<IDisposable> _owned = [];

    internal StateTransaction(DbTransaction transaction, Dialect dialect, TimeSpan timeout, CancellationToken cancellation)
    {
        Transaction = transaction;
        _dialect = dialect;
        _timeoutSeconds = (int)Math.Ceiling(timeout.TotalSeconds);
        _cancellation = cancellation;
    }

    /// <summary>For what has to join the transaction by itself, as the scheduler does.</summary>
    public DbTransaction Transaction { get; }

    /// <summary>Called once the transaction is committed; not at all when it is not.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>Disposed when the transaction is over, whether it was committed or not.</summary>
    public void Own(IDisposable owned) => _owned.Add(owned);

    /// <summary>Runs a statement.</summary>
    /// <returns>Rows changed.</returns>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) => Connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>All rows of a query.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await Connection.QueryAsync<T>(Command(sql, parameters)).ConfigureAwait(false)).AsList();

    /// <summary>The only row of a query, or nothing.</summary>
    public Task<T?> FindAsync<T>(string sql, object? parameters = null) =>
        Connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters));

    /// <summary>The first column of the only row.</summary>
    public Task<T> ScalarAsync<T>(string sql, object? parameters = null) => Connection.QuerySingleAsync<T>(Command(sql, parameters));

    internal void Committed()
    {
        foreach (Action action in _afterCommit) action();
    }

    internal void Over()
    {
        foreach (IDisposable owned in _owned) owned.Dispose();
    }

    private DbConnection Connection => Transaction.Connection ?? throw new InvalidOperationException("the transaction is over");

    private CommandDefinition Command(string sql, object? parameters) =>
        new(_dialect.Render(sql), parameters, Transaction, _timeoutSeconds, cancellationToken: _cancellation);
}
