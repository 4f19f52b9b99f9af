using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Vgpnn.Grains.State;

/// <summary>
/// The few words in which PostgreSQL and SQLite differ. Statements are written once, with <c>{now}</c> for the database's
/// clock in milliseconds, <c>{lock}</c> after a query whose rows the transaction keeps for itself, and <c>IN @list</c>.
/// </summary>
public sealed partial class Dialect
{
    private readonly ConcurrentDictionary<string, string> _rendered = new();
    private readonly string _now;
    private readonly string _lock;
    private readonly string _list;

    private Dialect(string now, string @lock, string list)
    {
        _now = now;
        _lock = @lock;
        _list = list;
    }

    /// <summary>PostgreSQL. Not <c>now()</c>, which stands still within a transaction.</summary>
    public static Dialect Postgres { get; } = new("(extract(epoch FROM clock_timestamp()) * 1000)::bigint", "FOR UPDATE", "= ANY($1)");

    /// <summary>SQLite, where a writing transaction has the database to itself.</summary>
    public static Dialect Sqlite { get; } = new("CAST(unixepoch('subsec') * 1000 AS INTEGER)", "", "IN $1");

    /// <summary>The statement in this database's words.</summary>
    public string Render(string sql) => _rendered.GetOrAdd(
        sql,
        s => List().Replace(
            s.Replace("{now}", _now, StringComparison.Ordinal).Replace("{lock}", _lock, StringComparison.Ordinal), _list));

    [GeneratedRegex(@"\bIN (@\w+)")]
    private static partial Regex List();
}
