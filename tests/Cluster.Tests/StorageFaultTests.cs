using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>Databases and blob stores that are stopped, block or break connections while silos work.</summary>
public class StorageFaultTests
{
    private static readonly MethodOptions Slow = Clips.Quick with { Iterations = 20 };

    [Fact]
    public async Task Silos_answer_503_and_lose_nothing_while_the_database_is_stopped()
    {
        PostgresServer server = await PostgresServer.StartAsync();
        await using TestCluster cluster = TestCluster.OnPostgres(await server.CreateDatabaseAsync());
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(16, Slow);
        await tenant.MadeAsync(request, 1);
        var keys = new ConcurrentQueue<string>();

        // As if the power failed. The second time it is away for longer than a lease lasts, and than it takes to declare a silo dead.
        foreach (int seconds in (int[])[5, 15])
        {
            await using var probe = new ApiProbe(cluster, (silo, call) =>
            {
                if (call % 8 != 7) return tenant.Api.TryAsync(silo, HttpMethod.Get, call % 2 == 0 ? request.Links.Self : "/v1/videos");
                string key = string.Create(CultureInfo.InvariantCulture, $"{seconds}-{silo.Port}-{call}");
                keys.Enqueue(key);
                return tenant.Api.TryAsync(silo, HttpMethod.Post, "/v1/requests", tenant.Draft(1), key);
            });
            await server.StopImmediatelyAsync();
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            await server.StartAgainAsync();
            await tenant.MadeAsync(request, Math.Min(16, (await tenant.GetAsync(request)).Samples.Succeeded + 2));
            await probe.EndAsync();
            Assert.True(probe.Refused > 0, "no call was refused while the database was away");
        }

        // A submission that was refused may have been accepted all the same; its client repeats it.
        var requests = new List<Request> { request };
        foreach (string key in keys) requests.Add(await tenant.SubmitAsync(tenant.Draft(1), key));
        await tenant.SucceedsAsync([.. requests]);
        Assert.Equal(
            requests.Select(r => r.Id).Order(StringComparer.Ordinal),
            (await tenant.Api.GetAsync<Page<Request>>("/v1/requests?limit=100")).Items.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.All(cluster.Silos, s => Assert.False(s.HasExited));
        Assert.All(Enumerable.Range(0, 16), i => Assert.Single(cluster.Attempts(request, i)));
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Silos_lose_nothing_while_the_blob_store_is_away()
    {
        AzuriteServer azurite = await AzuriteServer.SharedAsync();
        await using var gate = new GateProxy(azurite.BlobPort);
        await using TestCluster cluster = await TestCluster.PostgresAsync(
            ("blobs", $"azure:{azurite.ConnectionStringVia(gate.Port)};Container={AzuriteServer.NewName()}"));
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(8, Slow);
        await tenant.MadeAsync(request, 1);
        byte[] other = await Clips.MakeAsync(new(4, 32, 48), 9);
        await using var probe = new ApiProbe(cluster, (silo, call) => (call % 3) switch
        {
            0 => tenant.Api.TryAsync(silo, HttpMethod.Get, request.Links.Self),
            1 => tenant.Api.TryAsync(silo, HttpMethod.Get, $"/v1/videos/{tenant.Video}/content"),
            _ => tenant.Api.TryAsync(silo, HttpMethod.Post, "/v1/videos?name=other.mp4", other),
        });
        gate.Close();
        await Task.Delay(TimeSpan.FromSeconds(5));
        gate.Open();
        await tenant.SucceedsAsync(request);
        await probe.EndAsync();
        await tenant.UploadAsync(other, "other.mp4");
        Assert.All(cluster.Silos, s => Assert.False(s.HasExited));
        Assert.All(Enumerable.Range(0, 8), i => Assert.Single(cluster.Attempts(request, i)));
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Silos_lose_nothing_when_all_their_database_connections_are_ended_again_and_again()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        string connection = await server.CreateDatabaseAsync(), database = new NpgsqlConnectionStringBuilder(connection).Database!;
        await using TestCluster cluster = TestCluster.OnPostgres(connection);
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(8, Slow);
        await cluster.UntilAsync("half of the samples are made", async () =>
        {
            await server.ExecuteAsync("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
            await Task.Delay(200);
            return (await tenant.GetAsync(request)).Samples.Succeeded >= 4;
        });
        await tenant.SucceedsAsync(request);
        Assert.All(cluster.Silos, s => Assert.False(s.HasExited));
        Assert.All(Enumerable.Range(0, 8), i => Assert.Single(cluster.Attempts(request, i)));
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Silos_answer_in_time_and_lose_nothing_while_a_table_of_the_database_is_locked()
    {
        string connection = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using TestCluster cluster = TestCluster.OnPostgres(connection);
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(8, Slow);
        await tenant.MadeAsync(request, 1);
        await using (var holder = new NpgsqlConnection(connection))
        {
            await holder.OpenAsync();
            await using NpgsqlTransaction transaction = await holder.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("LOCK TABLE OrleansStorage IN ACCESS EXCLUSIVE MODE", holder, transaction);
            await hold.ExecuteNonQueryAsync();
            await using var probe = new ApiProbe(cluster, (silo, call) => tenant.Api.TryAsync(
                silo, HttpMethod.Post, "/v1/requests", tenant.Draft(1), string.Create(CultureInfo.InvariantCulture, $"{silo.Port}-{call}")));
            await cluster.UntilAsync("a submission is refused", () => Task.FromResult(probe.Refused > 0));
            await transaction.RollbackAsync();
            await probe.EndAsync();
        }

        await tenant.SucceedsAsync([.. (await tenant.Api.GetAsync<Page<Request>>("/v1/requests?limit=100")).Items]);
        Assert.All(cluster.Silos, s => Assert.False(s.HasExited));
        await cluster.CheckAsync();
    }
}
