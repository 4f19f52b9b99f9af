using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>Databases and blob stores that stop, block or break connections while silos work: no silo exits, no sample is lost or made twice.</summary>
public sealed class StorageFaultTests(StorageFaultTests.Place place) : IClassFixture<StorageFaultTests.Place>
{
    private static readonly int LongOutage = int.Parse(Environment.GetEnvironmentVariable("VGPNN_OUTAGE_SECONDS") ?? "15", CultureInfo.InvariantCulture);

    private readonly TestCluster _cluster = place.Cluster;

    [Fact]
    public async Task Silos_answer_503_and_lose_nothing_while_the_database_is_stopped()
    {
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(4, Effort.Seconds);
        await tenant.AdvancesAsync(request);
        var keys = new ConcurrentQueue<string>();

        // A crash of the database. The second outage is longer than a lease, and than it takes to declare a silo dead; VGPNN_OUTAGE_SECONDS=60 makes it
        // longer still.
        foreach (int seconds in (int[])[5, LongOutage])
        {
            await using var probe = new ApiProbe(_cluster, (silo, call) =>
            {
                if (call % 8 != 7) return tenant.Api.TryAsync(silo, HttpMethod.Get, call % 2 == 0 ? request.Links.Self : "/v1/videos");
                string key = string.Create(CultureInfo.InvariantCulture, $"{seconds}-{silo.Port}-{call}");
                keys.Enqueue(key);
                return tenant.Api.TryAsync(silo, HttpMethod.Post, "/v1/requests", tenant.Draft(1), key);
            });
            await place.Server.StopImmediatelyAsync();
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            await place.Server.StartAgainAsync();
            await tenant.GetAsync(request);
            await probe.EndAsync();
            Assert.True(probe.Refused > 0, "no call was refused while the database was away");
        }

        // A submission that was refused may have been accepted; its client repeats it.
        var requests = new List<Request> { request };
        foreach (string key in keys) requests.Add(await tenant.SubmitAsync(tenant.Draft(1), key));
        await tenant.SucceedsAsync([.. requests]);
        Assert.Equal(
            requests.Select(r => r.Id).Order(StringComparer.Ordinal),
            (await tenant.Api.GetAsync<Page<Request>>("/v1/requests?limit=100")).Items.Select(r => r.Id).Order(StringComparer.Ordinal));
        await UnharmedAsync(request);
    }

    [Fact]
    public async Task Silos_lose_nothing_while_the_blob_store_is_away()
    {
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(4, Effort.Seconds);
        await tenant.AdvancesAsync(request);
        byte[] other = await Clips.MakeAsync(new(4, 32, 48), 9);
        await using var probe = new ApiProbe(_cluster, (silo, call) => (call % 3) switch
        {
            0 => tenant.Api.TryAsync(silo, HttpMethod.Get, request.Links.Self),
            1 => tenant.Api.TryAsync(silo, HttpMethod.Get, $"/v1/videos/{tenant.Video}/content"),
            _ => tenant.Api.TryAsync(silo, HttpMethod.Post, "/v1/videos?name=other.mp4", other),
        });
        place.Gate.Close();
        await Task.Delay(TimeSpan.FromSeconds(5));
        place.Gate.Open();
        await tenant.SucceedsAsync(request);
        await probe.EndAsync();
        await tenant.UploadAsync(other, "other.mp4");
        await UnharmedAsync(request);
    }

    [Fact]
    public async Task Silos_lose_nothing_when_all_their_database_connections_are_ended_again_and_again()
    {
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(20, Effort.Tenths);
        await _cluster.UntilAsync("half of the samples are made", async () =>
        {
            await place.Server.ExecuteAsync("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'vgpnn'");
            await Task.Delay(200);
            return (await tenant.GetAsync(request)).Samples.Succeeded >= 10;
        });
        await tenant.SucceedsAsync(request);
        await UnharmedAsync(request);
    }

    [Fact]
    public async Task Silos_answer_in_time_and_lose_nothing_while_a_table_of_the_database_is_locked()
    {
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(4, Effort.Seconds);
        await tenant.AdvancesAsync(request);
        await using (var holder = new NpgsqlConnection(place.Connection))
        {
            await holder.OpenAsync();
            await using NpgsqlTransaction transaction = await holder.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("LOCK TABLE OrleansStorage IN ACCESS EXCLUSIVE MODE", holder, transaction);
            await hold.ExecuteNonQueryAsync();
            await using var probe = new ApiProbe(_cluster, (silo, call) => tenant.Api.TryAsync(
                silo, HttpMethod.Post, "/v1/requests", tenant.Draft(1), string.Create(CultureInfo.InvariantCulture, $"{silo.Port}-{call}")));
            await _cluster.UntilAsync("a submission is refused", () => Task.FromResult(probe.Refused > 0));
            await transaction.RollbackAsync();
            await probe.EndAsync();
        }

        await tenant.SucceedsAsync([.. (await tenant.Api.GetAsync<Page<Request>>("/v1/requests?limit=100")).Items]);
        await UnharmedAsync(request);
    }

    /// <summary>Both silos run on, and no sample was begun twice.</summary>
    private async Task UnharmedAsync(Request request)
    {
        Assert.All(_cluster.Silos, s => Assert.False(s.HasExited || s.Log.Contains("starting over", StringComparison.Ordinal)));
        Assert.All(Enumerable.Range(0, request.Samples.Total), i => Assert.Single(_cluster.Attempts(request, i)));
        await _cluster.CheckAsync();
    }

    /// <summary>Two silos on a PostgreSQL of their own, with blobs in Azurite.</summary>
    public sealed class Place : IAsyncLifetime
    {
        internal PostgresServer Server { get; private set; } = null!;

        internal string Connection { get; private set; } = "";

        internal GateProxy Gate { get; private set; } = null!;

        internal TestCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            AzuriteServer azurite = await AzuriteServer.SharedAsync();
            Gate = new GateProxy(azurite.BlobPort);
            Server = await PostgresServer.StartAsync();
            Connection = await Server.CreateDatabaseAsync();
            Cluster = TestCluster.OnPostgres(
                Connection, ("blobs", $"azure:{azurite.ConnectionStringVia(Gate.Port)};Container={AzuriteServer.NewName()}"));
            await Cluster.StartAsync(2);
        }

        public async Task DisposeAsync()
        {
            await Cluster.DisposeAsync();
            await Gate.DisposeAsync();
        }
    }
}
