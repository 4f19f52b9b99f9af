using System.Data.Common;
using System.Reflection;
using Dapper;

namespace Vgpnn.Grains.State;

/// <summary>
/// Brings a database's schema up to this program's version. Migrations are numbered files that are never changed once
/// they were released; each runs once, in a transaction, however many processes start at the same time.
/// </summary>
public static class Migrator
{
    /// <summary>The version of the schema that this program works with.</summary>
    public static int Version { get; } = Migrations().Max(m => m.Number);

    /// <summary>Runs what is missing.</summary>
    /// <exception cref="GrainException">The schema is newer than this program.</exception>
    public static async Task MigrateAsync(StateStore store, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using DbConnection owner = await store.OpenOwnerAsync(cancellation).ConfigureAwait(false);
        await using DbTransaction transaction = await store.BeginMigrationAsync(owner, cancellation).ConfigureAwait(false);
        await owner.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
            transaction: transaction).ConfigureAwait(false);
        int current = await owner.QuerySingleAsync<int>(
            "SELECT coalesce(max(version), 0) FROM schema_version", transaction: transaction).ConfigureAwait(false);
        ThrowIfNewer(current);
        foreach (IGrouping<int, Migration> step in Migrations().Where(m => m.Number > current).GroupBy(m => m.Number).OrderBy(g => g.Key))
        {
            foreach (Migration migration in step.Where(m => m.Suffix.Length == 0 || m.Suffix == store.MigrationSuffix).OrderBy(m => m.Suffix.Length))
                await owner.ExecuteAsync(Text(migration.Resource), transaction: transaction).ConfigureAwait(false);
            await owner.ExecuteAsync(
                store.Dialect.Render("INSERT INTO schema_version (version, applied_at) VALUES (@step, {now})"),
                new { step = step.Key },
                transaction).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Checks that the schema is the one that this program works with.</summary>
    /// <exception cref="GrainException">It is older, newer or missing.</exception>
    public static async Task RequireAsync(StateStore store, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        int current;
        try
        {
            current = await store.RunAsync(state => state.ScalarAsync<int>("SELECT coalesce(max(version), 0) FROM schema_version"), cancellation)
                .ConfigureAwait(false);
        }
        catch (DbException e) when (e is Npgsql.PostgresException { SqlState: "42P01" or "42501" or "22023" } or Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 1 })
        {
            current = 0;
        }

        ThrowIfNewer(current);
        if (current < Version)
            throw new GrainException("schema-too-old", $"the database has schema version {current}, and this program needs {Version}", "run: silo migrate");
    }

    private static void ThrowIfNewer(int current)
    {
        if (current > Version)
            throw new GrainException("schema-too-new", $"the database has schema version {current}, and this program knows only up to {Version}", "start a newer version of the program");
    }

    private static IEnumerable<Migration> Migrations() => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .Select(name =>
        {
            string stem = name[..^".sql".Length];
            int dot = stem.IndexOf('.', StringComparison.Ordinal);
            return new Migration(int.Parse(stem[..3], System.Globalization.CultureInfo.InvariantCulture), dot < 0 ? "" : stem[dot..], name);
        });

    private static string Text(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed record Migration(int Number, string Suffix, string Resource);
}
