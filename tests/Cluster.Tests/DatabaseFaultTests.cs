using Npgsql;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains.Contracts;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>What the database does to the silos that work on it.</summary>
public class DatabaseFaultTests
{
    private static readonly MethodOptions Slow = Clips.Quick with { Iterations = 20 };

    [Fact]
    public async Task Silos_outlive_a_database_that_stops_as_if_the_power_had_failed()
    {
        PostgresServer server = await PostgresServer.StartAsync();
        await using TestCluster cluster = await TestCluster.NewAsync(await server.CreateDatabaseAsync());
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 6, Slow);
        await cluster.UnderWayAsync(tenant, request.RequestId);
        await server.StopImmediatelyAsync();
        await server.StartAgainAsync();
        await WholeAsync(cluster, tenant, request);
        Assert.All(cluster.Silos, s => Assert.False(s.HasExited));
    }

    [Fact]
    public async Task Silos_outlive_the_loss_of_all_their_connections_again_and_again()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 8, Slow);
        await cluster.UntilAsync("half of the samples are there", async () =>
        {
            await TerminateAsync(cluster);
            return (await cluster.Requests.GetAsync(tenant, request.RequestId)).Succeeded >= 4;
        }, every: TimeSpan.FromMilliseconds(200));
        await WholeAsync(cluster, tenant, request);
        Assert.All(cluster.Silos, s => Assert.False(s.HasExited));
    }

    [Fact]
    public async Task While_the_database_is_away_silos_stop_their_work_and_go_on_when_it_is_back()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        string connection = await server.CreateDatabaseAsync();
        await using PostgresProxy proxy = new(server.Port);
        await using TestCluster cluster = await TestCluster.NewAsync(connection, ("database", proxy.Through(connection)));
        SiloProcess[] silos = await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 4, Slow with { Iterations = 60 });
        await cluster.UnderWayAsync(tenant, request.RequestId);
        proxy.Freeze();
        await cluster.UntilAsync("both silos have stopped their work", async () =>
        {
            string?[] answers = await Task.WhenAll(silos.Select(s => s.HealthAsync("ready")));
            return answers.All(a => a == "503 the database does not answer")
                && silos.All(s => s.Log.Contains("No sign of life", StringComparison.Ordinal));
        });
        Assert.All(await Task.WhenAll(silos.Select(s => s.HealthAsync("live"))), a => Assert.Equal("200 live", a));
        proxy.Thaw();
        await WholeAsync(cluster, tenant, request);
        await Task.WhenAll(silos.Select(s => s.ReadyAsync()));
    }

    [Fact]
    public async Task A_pool_that_is_used_up_keeps_no_silo_from_showing_that_it_lives()
    {
        string connection = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var narrow = new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = 2 };
        await using TestCluster cluster = await TestCluster.NewAsync(connection, ("database", narrow.ConnectionString), ("slots", "6"));
        await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 16);
        await WholeAsync(cluster, tenant, request);
        Assert.Empty(await cluster.QueryAsync<string>("SELECT grain FROM activations WHERE outcome IN ('crashed', 'fenced')"));
    }

    [Fact]
    public async Task A_table_that_somebody_locked_is_waited_for_within_bounds()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        SiloProcess silo = await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 3, Slow);
        await cluster.UnderWayAsync(tenant, request.RequestId);
        await using (var other = new NpgsqlConnection(cluster.Connection))
        {
            await other.OpenAsync();
            await using NpgsqlTransaction transaction = await other.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("LOCK TABLE turns", other, transaction);
            await hold.ExecuteNonQueryAsync();
            await Until.HoldsAsync("the silo has noticed", () => Task.FromResult(silo.Log.Contains("No sign of life", StringComparison.Ordinal)));
        }

        await WholeAsync(cluster, tenant, request);
        await silo.ReadyAsync();
    }

    /// <summary>Rows that are updated leave dead ones behind, which nobody may clear away while an old snapshot could see them.</summary>
    [Fact]
    public async Task A_snapshot_that_somebody_holds_open_keeps_no_work_from_being_done()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        await using var holder = new NpgsqlConnection(cluster.Connection);
        await holder.OpenAsync();
        await using NpgsqlTransaction old = await holder.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var look = new NpgsqlCommand("SELECT count(*) FROM requests", holder, old);
        Assert.Equal(0L, await look.ExecuteScalarAsync());

        RequestStatus request = await cluster.SubmitAsync(tenant, video, 40);

        await WholeAsync(cluster, tenant, request);
        Assert.Equal(0L, await look.ExecuteScalarAsync());
    }

    private static Task<IReadOnlyList<bool>> TerminateAsync(TestCluster cluster) => cluster.QueryAsync<bool>(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()");

    private static async Task WholeAsync(TestCluster cluster, string tenant, RequestStatus request)
    {
        Assert.Equal(request.Samples, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
        MethodOptions options = await OptionsAsync(cluster, request);
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), options, 7, request.Samples), await cluster.HashesAsync(tenant, request.RequestId));
        await cluster.HoldsAsync();
    }

    private static async Task<MethodOptions> OptionsAsync(TestCluster cluster, RequestStatus request)
    {
        string settings = await cluster.ScalarAsync<string>("SELECT settings FROM requests WHERE request_id = @RequestId", new { request.RequestId });
        int iterations = System.Text.Json.JsonDocument.Parse(settings).RootElement.GetProperty("options").GetProperty("iterations").GetInt32();
        return Clips.Quick with { Iterations = iterations };
    }
}
