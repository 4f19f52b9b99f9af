using System.Diagnostics;
using System.Globalization;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains.Contracts;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

public class ChaosTests
{
    private static readonly MethodOptions Busy = Clips.Quick with { Iterations = 12 };

    /// <summary>Half a minute; VGPNN_CHAOS_SECONDS=600 makes it ten.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("VGPNN_CHAOS_SECONDS") ?? "30", CultureInfo.InvariantCulture));

    [Fact]
    public async Task Whatever_is_done_to_three_silos_every_sample_is_made_once_and_right()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("maxCrashes", "1000"), ("checkpointSeconds", "0.1"));
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync(), cluster.StartAsync());
        (string Tenant, string Video)[] tenants = [await cluster.TenantAsync("a"), await cluster.TenantAsync("b")];
        var requests = new List<(string Tenant, string Request)>();
        var random = new Random(5);
        var done = new List<string>();
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Duration)
        {
            foreach ((string tenant, string video) in tenants)
            {
                if ((await cluster.Tenants.GetAsync(tenant)).Queued < 8)
                    requests.Add((tenant, (await cluster.SubmitAsync(tenant, video, random.Next(1, 5), Busy)).RequestId));
            }

            SiloProcess[] alive = [.. cluster.Silos.Where(s => !s.HasExited)];
            SiloProcess silo = alive[random.Next(alive.Length)];
            int what = random.Next(4);
            done.Add($"{what} to {silo.Id}");
            switch (what)
            {
                case 0:
                    silo.Kill();
                    await silo.ExitAsync();
                    cluster.Launch();
                    break;
                case 1:
                    silo.Freeze();
                    await PauseAsync(random.Next(200, 4000));
                    silo.Wake();
                    break;
                case 2:
                    await cluster.QueryAsync<bool>(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()");
                    break;
                default:
                    silo.Terminate();
                    cluster.Launch();
                    break;
            }

            await PauseAsync(random.Next(1000, 3000));
        }

        string[] expected = await Clips.ExpectedAsync(await Clips.SmallAsync(), Busy, 7, 4);
        foreach ((string tenant, string request) in requests)
        {
            RequestStatus status = await cluster.FinishedAsync(tenant, request);
            Assert.Equal(status.Samples, status.Succeeded);
            Assert.Equal(expected.Take(status.Samples), await cluster.HashesAsync(tenant, request));
        }

        Assert.NotEmpty(requests);
        Assert.NotEmpty(done);
        await cluster.HoldsAsync();

        // The pace of what is done to them: there is no condition to wait for.
        static Task PauseAsync(int milliseconds) => Task.Delay(milliseconds);
    }
}
