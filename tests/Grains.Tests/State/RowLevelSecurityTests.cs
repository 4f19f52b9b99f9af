using Npgsql;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests.State;

public class RowLevelSecurityTests
{
    [Fact]
    public async Task Every_table_with_a_tenant_forces_a_policy()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Postgres);
        IReadOnlyList<string> open = await bundle.Store.RunAsync(state => state.QueryAsync<string>(
            """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE a.attname = 'tenant_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                    AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'own_rows'))
            """));
        Assert.Empty(open);
    }

    [Fact]
    public async Task A_forgotten_condition_shows_no_other_tenants_rows()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Postgres);
        string a = await bundle.TenantAsync("a"), b = await bundle.TenantAsync("b");
        await bundle.SubmitAsync(a, await bundle.VideoRowAsync(a), samples: 3);
        await bundle.SubmitAsync(b, await bundle.VideoRowAsync(b), samples: 5);
        foreach (string table in (string[])["requests", "samples", "turns", "videos", "request_inputs", "tenants"])
        {
            string owners = $"SELECT DISTINCT tenant_id FROM {table}";
            Assert.Equal([a], await bundle.Store.RunForAsync(a, state => state.QueryAsync<string>(owners)));
            Assert.Equal([b], await bundle.Store.RunForAsync(b, state => state.QueryAsync<string>(owners)));
            Assert.Equal(2, (await bundle.Store.RunAsync(state => state.QueryAsync<string>(owners))).Count);
        }

        await Assert.ThrowsAsync<PostgresException>(() => bundle.Store.RunForAsync(
            a, state => state.ExecuteAsync("UPDATE videos SET tenant_id = @b", new { b })));
    }

    [Fact]
    public async Task Without_a_tenant_there_are_no_rows_and_a_pooled_connection_keeps_none()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Postgres);
        string a = await bundle.TenantAsync("a");
        var role = new NpgsqlConnectionStringBuilder(bundle.Connection) { Options = "-c role=vgpnn_api", MaxPoolSize = 1 };
        await using NpgsqlDataSource one = NpgsqlDataSource.Create(role.ConnectionString);
        Assert.Equal(0L, await CountAsync(one, tenant: null));
        Assert.Equal(1L, await CountAsync(one, a));
        Assert.Equal(0L, await CountAsync(one, tenant: null));
        Assert.Equal(0L, await CountAsync(one, "nobody"));
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string? tenant)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        if (tenant is not null)
        {
            await using var set = new NpgsqlCommand("SELECT set_config('app.tenant', $1, true)", connection) { Parameters = { new() { Value = tenant } } };
            await set.ExecuteNonQueryAsync();
        }

        await using var count = new NpgsqlCommand("SELECT count(*) FROM tenants", connection);
        long rows = (long)(await count.ExecuteScalarAsync())!;
        await transaction.CommitAsync();
        return rows;
    }
}
