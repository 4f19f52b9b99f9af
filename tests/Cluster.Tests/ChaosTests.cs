using System.Diagnostics;
using System.Globalization;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

public class ChaosTests
{
    private const int Silos = 3;

    /// <summary>20 seconds; VGPNN_CHAOS_SECONDS=600 makes it ten minutes.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("VGPNN_CHAOS_SECONDS") ?? "20", CultureInfo.InvariantCulture));

    /// <summary>On PostgreSQL, unless VGPNN_CHAOS_STORAGE is <c>azure</c>.</summary>
    private static readonly bool OnAzure = Environment.GetEnvironmentVariable("VGPNN_CHAOS_STORAGE") == "azure";

    [Fact]
    public async Task Random_faults_on_three_silos_never_lose_or_duplicate_a_sample()
    {
        await using Place place = await Place.MakeAsync();
        TestCluster cluster = place.Cluster;
        await cluster.StartAsync(Silos);
        TestTenant[] tenants = [await cluster.TenantAsync(), await cluster.TenantAsync()];
        var requests = new List<(TestTenant Tenant, Request Request)>();
        Random random = Random.Shared;
        var done = new List<string>();
        long start = Stopwatch.GetTimestamp();
        Task submitting = Task.WhenAll(tenants.Select(SubmitAsync));
        while (Stopwatch.GetElapsedTime(start) < Duration)
        {
            await HarmAsync();
            await Task.Delay(random.Next(500, 2500));
        }

        await submitting;
        try
        {
            Assert.NotEmpty(requests);
            foreach ((TestTenant tenant, Request request) in requests) await tenant.SucceedsAsync(request);
            foreach (TestTenant tenant in tenants)
            {
                // The newest hundred, in the order of their submission.
                Assert.Equal(
                    requests.Where(r => r.Tenant == tenant).Select(r => r.Request.Id).TakeLast(100).Reverse(),
                    (await tenant.Api.GetAsync<Page<Request>>("/v1/requests?limit=100")).Items.Select(r => r.Id));
            }

            await cluster.CheckAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"after {string.Join(", ", done)}: {e.Message}", e);
        }

        async Task SubmitAsync(TestTenant tenant)
        {
            while (Stopwatch.GetElapsedTime(start) < Duration)
            {
                Request request = await tenant.SubmitAsync(random.Next(1, 5), Effort.Tenths);
                lock (requests) requests.Add((tenant, request));
                await cluster.UntilAsync("little is left to do", async () => (await tenant.Api.GetAsync<Limits>("/v1/limits")).Used is { Queued: < 4 }
                    || Stopwatch.GetElapsedTime(start) > Duration);
            }
        }

        async Task HarmAsync()
        {
            // As many silos as before: one that starts over by itself in its first seconds exits instead.
            while (cluster.Silos.Count(s => !s.HasExited) < Silos) cluster.Launch();
            SiloProcess[] alive = [.. cluster.Servers];
            SiloProcess silo = alive[random.Next(alive.Length)];
            int what = random.Next(5);
            string name = string.Create(CultureInfo.InvariantCulture, $"silo{cluster.Silos.ToList().IndexOf(silo)} at {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
            switch (what)
            {
                case 0:
                    done.Add($"kill {name}");
                    silo.Kill();
                    await silo.ExitAsync();
                    break;
                case 1:
                    int time = random.Next(4_000, 16_000);
                    done.Add($"freeze {name} for {time} ms");
                    silo.Freeze();
                    await Task.Delay(time);
                    silo.Wake();
                    break;
                case 2:
                    done.Add($"short freeze of {name}");
                    silo.Freeze();
                    await Task.Delay(random.Next(100, 2_000));
                    silo.Wake();
                    break;
                case 3:
                    done.Add($"stop {name}");
                    cluster.Launch();
                    silo.Terminate();
                    break;
                default:
                    done.Add("storage away");
                    await place.StopStorageAsync(TimeSpan.FromMilliseconds(random.Next(100, 5_000)));
                    break;
            }
        }
    }

    /// <summary>A cluster whose storage can be taken away.</summary>
    private sealed class Place(TestCluster cluster, Func<TimeSpan, Task> stopStorage, IReadOnlyList<GateProxy> gates) : IAsyncDisposable
    {
        public TestCluster Cluster { get; } = cluster;

        public static async Task<Place> MakeAsync()
        {
            (string, string)[] settings = [("maxCrashes", "1000"), ("checkpointSeconds", "0.1")];
            if (OnAzure)
            {
                AzuriteServer azurite = await AzuriteServer.SharedAsync();
                GateProxy blobs = new(azurite.BlobPort), tables = new(azurite.TablePort);
                return new Place(TestCluster.OnAzure(azurite.ConnectionStringVia(blobs.Port, tables.Port), settings), CloseAsync, [blobs, tables]);

                async Task CloseAsync(TimeSpan time)
                {
                    blobs.Close();
                    tables.Close();
                    await Task.Delay(time);
                    blobs.Open();
                    tables.Open();
                }
            }

            PostgresServer server = await PostgresServer.StartAsync();
            return new Place(TestCluster.OnPostgres(await server.CreateDatabaseAsync(), settings), StopAsync, []);

            async Task StopAsync(TimeSpan time)
            {
                await server.StopImmediatelyAsync();
                await Task.Delay(time);
                await server.StartAgainAsync();
            }
        }

        public Task StopStorageAsync(TimeSpan time) => stopStorage(time);

        public async ValueTask DisposeAsync()
        {
            await Cluster.DisposeAsync();
            foreach (GateProxy gate in gates) await gate.DisposeAsync();
        }
    }
}
