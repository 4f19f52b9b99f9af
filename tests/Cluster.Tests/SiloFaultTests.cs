using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>Silos that are killed, frozen, told to stop and replaced while they work.</summary>
public class SiloFaultTests
{
    /// <summary>Settings under which a sample takes some seconds.</summary>
    private static readonly MethodOptions Slow = Clips.Quick with { Iterations = 60 };

    /// <summary>Settings under which a level of <see cref="LargeClipAsync"/> takes a minute, so that no checkpoint comes in time.</summary>
    private static readonly MethodOptions Endless = Clips.Quick with { Iterations = 100, Search = SearchMethod.Exhaustive };

    [Theory]
    [InlineData("PostgreSQL")]
    [InlineData("Azure Storage")]
    public async Task Samples_of_a_killed_and_a_frozen_silo_resume_elsewhere_with_the_same_frames(string storage)
    {
        MethodOptions options = Clips.Quick with { Iterations = 8 };
        await using TestCluster cluster = storage == "PostgreSQL" ? await TestCluster.PostgresAsync() : await TestCluster.AzuriteAsync();
        await cluster.StartAsync(3);
        TestTenant[] tenants = [await cluster.TenantAsync("a"), await cluster.TenantAsync("b")];
        Request[] requests = [await tenants[0].SubmitAsync(20, options, seed: 1), await tenants[1].SubmitAsync(20, options, seed: 2)];
        await tenants[0].MadeAsync(requests[0], 5);
        SiloProcess killed = cluster.Silos[0], frozen = cluster.Silos[1];
        killed.Kill();
        frozen.Freeze();
        for (int i = 0; i < 2; i++) await tenants[i].SucceedsAsync(requests[i]);

        // The others have declared it dead by now, or do so when it asks.
        await cluster.Silos[2].SaysAsync("dead");
        frozen.Wake();
        await frozen.SaysAsync("starting over");
        await frozen.ReadyAsync();
        await tenants[0].SucceedsAsync(await tenants[0].SubmitAsync(4));
        for (int i = 0; i < 2; i++) await tenants[i].SucceedsAsync(requests[i]);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Killed_silos_sample_resumes_from_its_checkpoint()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"), ("metrics", "true"));
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(1, Slow);
        SiloProcess killed = await tenant.AdvancesAsync(request);
        killed.Kill();
        await tenant.SucceedsAsync(request);
        JobAttempt last = cluster.Attempts(request)[^1];
        Assert.Equal(2, last.Number);
        Assert.NotEqual(killed, last.Silo);
        Assert.InRange(await ClusterApi.MetricAsync(last.Silo, "vgpnn_level_duration_seconds_count"), 1, request.Levels - 1);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Worker_frozen_for_less_than_its_lease_keeps_its_sample_and_for_longer_is_fenced_when_it_wakes()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("leaseSeconds", "4"));
        await cluster.StartAsync(("roles", "api"));
        await cluster.StartAsync(2, ("roles", "worker"), ("slots", "1"));
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(1, Slow);
        SiloProcess frozen = await tenant.AdvancesAsync(request);
        await FreezeAsync(frozen, TimeSpan.FromSeconds(1.5));
        await tenant.SucceedsAsync(request);
        Assert.Equal("Done", Assert.Single(cluster.Attempts(request)).Outcome);

        request = await tenant.SubmitAsync(1, Slow, seed: 8);
        frozen = await tenant.AdvancesAsync(request);
        frozen.Freeze();
        await cluster.UntilAsync("another worker has begun the sample", () => Task.FromResult(cluster.Attempts(request).Count == 2));
        frozen.Wake();
        await tenant.SucceedsAsync(request);
        await cluster.UntilAsync("the woken worker has given up", () => Task.FromResult(cluster.Attempts(request).All(a => a.Outcome is not null)));
        Assert.Equal(["Fenced", "Done"], cluster.Attempts(request).Select(a => a.Outcome));
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Silo_that_is_told_to_stop_releases_its_samples_without_a_charge()
    {
        // The first charge would fail the sample.
        await using TestCluster cluster = await TestCluster.PostgresAsync(("maxCrashes", "1"));
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(2, Slow);
        SiloProcess stopped = await tenant.AdvancesAsync(request);
        stopped.Terminate();
        Assert.Equal(0, await stopped.ExitAsync());
        await tenant.SucceedsAsync(request);
        Assert.Contains(Enumerable.Range(0, 2).SelectMany(i => cluster.Attempts(request, i)), a => a.Silo == stopped && a.Outcome == "Released");
        Assert.DoesNotContain(Enumerable.Range(0, 2).SelectMany(i => cluster.Attempts(request, i)), a => a.Outcome is not ("Released" or "Done"));
        await cluster.CheckAsync();
    }

    [Theory]
    [InlineData("SIGTERM", 143)]
    [InlineData("SIGKILL", 137)]
    public async Task Silo_that_is_ended_during_its_drain_exits_at_once_and_is_charged(string signal, int exitCode)
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("drainSeconds", "100"), ("maxCrashes", "1"), ("slots", "1"));
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync(clip: await LargeClipAsync());
        Request request = await tenant.SubmitAsync(1, Endless);
        SiloProcess stopped = await tenant.AdvancesAsync(request);
        stopped.Terminate();
        await stopped.SaysAsync("drains");
        if (signal == "SIGTERM") stopped.Terminate();
        else stopped.Kill();
        Assert.Equal(exitCode, await stopped.ExitAsync());
        Assert.Equal(WorkState.Failed, (await tenant.EndedAsync(request)).State);
        Assert.Equal("poisoned", (await tenant.SampleAsync(request)).Error?.Code);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Sample_that_loses_two_workers_is_poisoned_without_affecting_others()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"), ("checkpointSeconds", "600"));
        await cluster.StartAsync(3);
        TestTenant tenant = await cluster.TenantAsync();
        Request poison = await tenant.SubmitAsync(1, Slow), others = await tenant.SubmitAsync(4);
        for (int deaths = 1; deaths <= 2; deaths++)
        {
            SiloProcess worker = await tenant.RunsAsync(poison);
            Assert.Equal(deaths, cluster.Attempts(poison).Count);
            worker.Kill();
            await worker.ExitAsync();
        }

        Assert.Equal(1, (await tenant.EndedAsync(poison)).Samples.Failed);
        Assert.Equal("poisoned", (await tenant.SampleAsync(poison)).Error?.Code);
        await tenant.SucceedsAsync(others);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Silos_that_are_replaced_one_by_one_lose_no_work_and_charge_none()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("maxCrashes", "1"));
        await cluster.StartAsync(3);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(30, Clips.Quick with { Iterations = 12 });
        foreach (SiloProcess old in cluster.Silos.ToArray())
        {
            SiloProcess fresh = await cluster.StartAsync();
            old.Terminate();
            Assert.Equal(0, await old.ExitAsync());
            Assert.False(fresh.HasExited);
        }

        await tenant.SucceedsAsync(request);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Work_resumes_when_all_silos_are_killed_and_others_start()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await cluster.StartAsync(3);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(8, Slow);
        await tenant.AdvancesAsync(request);
        foreach (SiloProcess silo in cluster.Silos) silo.Kill();
        await Task.WhenAll(cluster.Silos.Select(s => s.ExitAsync()));
        await cluster.StartAsync(3);
        await tenant.SucceedsAsync(request);
        await cluster.CheckAsync();
    }

    private static async Task FreezeAsync(SiloProcess silo, TimeSpan time)
    {
        silo.Freeze();
        await Task.Delay(time);
        silo.Wake();
    }

    private static Task<byte[]> LargeClipAsync() => Clips.MakeAsync(new Extent(12, 96, 128), 2);
}
