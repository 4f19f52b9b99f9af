using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;

namespace Vgpnn.Cluster.Tests;

/// <summary>What counts as a crash of a sample.</summary>
public class ChargeTests
{
    [Fact]
    public async Task Sample_that_loses_two_workers_is_poisoned_without_affecting_others()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"), ("checkpointSeconds", "600"));
        await cluster.StartAsync(3);
        TestTenant tenant = await cluster.TenantAsync(await Effort.MinutesClipAsync()), other = await cluster.TenantAsync();

        // Jobs that were lost at the same time could be the cause; this one runs alone.
        Request poison = await tenant.SubmitAsync(1, Effort.Minutes);
        for (int deaths = 1; deaths <= 2; deaths++)
        {
            SiloProcess worker = await tenant.RunsAsync(poison);
            Assert.Equal(deaths, cluster.Attempts(poison).Count);
            worker.Kill();
            await worker.ExitAsync();
        }

        Assert.Equal(1, (await tenant.EndedAsync(poison)).Samples.Failed);
        Assert.Equal("poisoned", (await tenant.SampleAsync(poison)).Error?.Code);
        await other.SucceedsAsync(await other.SubmitAsync(4));
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Silo_that_is_ended_during_its_drain_exits_at_once_and_its_sample_is_charged()
    {
        // The first charge fails a sample.
        await using TestCluster cluster = await TestCluster.PostgresAsync(("drainSeconds", "100"), ("maxCrashes", "1"), ("slots", "1"));
        foreach ((bool kill, int exitCode) in (IEnumerable<(bool, int)>)[(false, 143), (true, 137)])
        {
            await cluster.EnsureAsync(2);
            TestTenant tenant = await cluster.TenantAsync(await Effort.MinutesClipAsync());
            Request request = await tenant.SubmitAsync(1, Effort.Minutes);
            SiloProcess silo = await tenant.AdvancesAsync(request);
            silo.Terminate();
            await silo.SaysAsync("drains");
            if (kill) silo.Kill();
            else silo.Terminate();
            Assert.Equal(exitCode, await silo.ExitAsync());
            Assert.Equal(WorkState.Failed, (await tenant.EndedAsync(request)).State);
            Assert.Equal("poisoned", (await tenant.SampleAsync(request)).Error?.Code);
            await cluster.CheckAsync();
        }
    }

    [Fact]
    public async Task Worker_that_freezes_for_less_than_its_lease_keeps_its_sample_and_for_longer_loses_it()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("leaseSeconds", "4"), ("maxCrashes", "2"));
        await cluster.StartAsync(("roles", "api"));
        await cluster.StartAsync(2, ("roles", "worker"), ("slots", "1"));
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(1, Effort.Seconds);
        SiloProcess frozen = await tenant.AdvancesAsync(request);
        frozen.Freeze();
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        frozen.Wake();
        await tenant.SucceedsAsync(request);
        Assert.Equal("Done", Assert.Single(cluster.Attempts(request)).Outcome);

        request = await tenant.SubmitAsync(1, Effort.Seconds, seed: 8);
        frozen = await tenant.AdvancesAsync(request);
        frozen.Freeze();
        await cluster.UntilAsync("another worker has begun the sample", () => Task.FromResult(cluster.Attempts(request).Count == 2));
        frozen.Wake();
        await tenant.SucceedsAsync(request);
        await cluster.UntilAsync("the woken worker has stopped", () => Task.FromResult(cluster.Attempts(request)[0].Outcome is not null));
        Assert.NotEqual("Done", cluster.Attempts(request)[0].Outcome);
        Assert.Equal("Done", cluster.Attempts(request)[1].Outcome);
        await cluster.CheckAsync();
    }
}
