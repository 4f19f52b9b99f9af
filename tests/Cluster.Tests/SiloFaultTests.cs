using Vgpnn.Cluster.Tests.Support;

namespace Vgpnn.Cluster.Tests;

/// <summary>Silos that are killed, frozen, told to stop and replaced while they work.</summary>
public sealed class SiloFaultTests(SiloFaultTests.Place place) : IClassFixture<SiloFaultTests.Place>
{
    /// <summary>Time after which the other silos have declared a frozen one dead.</summary>
    private static readonly TimeSpan PastDeath = TimeSpan.FromSeconds(15);

    private readonly TestCluster _cluster = place.Cluster;

    [Fact]
    public Task Samples_of_a_killed_and_a_frozen_silo_resume_elsewhere_with_the_same_frames() => KillAndFreezeAsync(_cluster);

    [Fact]
    public async Task Samples_of_a_killed_and_a_frozen_silo_resume_elsewhere_with_the_same_frames_on_Azure_Storage()
    {
        await using TestCluster cluster = await TestCluster.AzuriteAsync();
        await KillAndFreezeAsync(cluster);
    }

    [Fact]
    public async Task Sample_of_a_killed_silo_resumes_from_its_checkpoint()
    {
        IReadOnlyList<SiloProcess> silos = await _cluster.EnsureAsync(3);
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(1, Effort.Seconds);
        SiloProcess killed = await tenant.AdvancesAsync(request);
        double[] before = await Task.WhenAll(silos.Select(LevelsAsync));
        killed.Kill();
        await tenant.SucceedsAsync(request);
        JobAttempt last = _cluster.Attempts(request)[^1];
        Assert.Equal(2, last.Number);
        Assert.NotEqual(killed, last.Silo);
        Assert.InRange(await LevelsAsync(last.Silo) - before[silos.ToList().IndexOf(last.Silo)], 1, request.Levels - 1);
        await _cluster.CheckAsync();

        static Task<double> LevelsAsync(SiloProcess silo) => ClusterApi.MetricAsync(silo, "vgpnn_level_duration_seconds_count");
    }

    [Fact]
    public async Task Stopping_silo_releases_its_samples_without_a_charge()
    {
        await _cluster.EnsureAsync(3);
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(2, Effort.Seconds);
        SiloProcess stopped = await tenant.AdvancesAsync(request);
        stopped.Terminate();
        Assert.Equal(0, await stopped.ExitAsync());
        await tenant.SucceedsAsync(request);
        Assert.Contains(_cluster.Attempts(request), a => a.Silo == stopped && a.Outcome == "Released");
        Assert.All(_cluster.Attempts(request), a => Assert.True(a.Outcome is "Released" or "Done", a.ToString()));
        await _cluster.CheckAsync();
    }

    [Fact]
    public async Task Silos_that_are_replaced_one_by_one_lose_no_work()
    {
        await _cluster.EnsureAsync(3);
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(20, Effort.Tenths);
        foreach (SiloProcess old in _cluster.Running)
        {
            await _cluster.StartAsync();
            old.Terminate();
            Assert.Equal(0, await old.ExitAsync());
        }

        await tenant.SucceedsAsync(request);
        Assert.All(_cluster.Attempts(request), a => Assert.True(a.Outcome is "Released" or "Done", a.ToString()));
        await _cluster.CheckAsync();
    }

    [Fact]
    public async Task Work_resumes_when_all_silos_are_killed_and_others_start()
    {
        await _cluster.EnsureAsync(3);
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(6, Effort.Seconds);
        await tenant.AdvancesAsync(request);
        foreach (SiloProcess silo in _cluster.Running) silo.Kill();
        await Task.WhenAll(_cluster.Silos.Select(s => s.ExitAsync()));
        await _cluster.StartAsync(3);
        await tenant.SucceedsAsync(request);
        await _cluster.CheckAsync();
    }

    private static async Task KillAndFreezeAsync(TestCluster cluster)
    {
        IReadOnlyList<SiloProcess> silos = await cluster.EnsureAsync(3);
        TestTenant[] tenants = [await cluster.TenantAsync(), await cluster.TenantAsync()];
        Request[] requests = [await tenants[0].SubmitAsync(20, Effort.Tenths), await tenants[1].SubmitAsync(20, Effort.Tenths, seed: 8)];
        await tenants[0].MadeAsync(requests[0], 5);
        silos[0].Kill();
        silos[1].Freeze();
        Task frozen = Task.Delay(PastDeath);
        for (int i = 0; i < 2; i++) await tenants[i].SucceedsAsync(requests[i]);
        await frozen;

        // It detects that it was declared dead, and starts over.
        silos[1].Wake();
        await silos[1].SaysAsync("starting over");
        await silos[1].ReadyAsync();
        await tenants[0].SucceedsAsync(await tenants[0].SubmitAsync(4));
        for (int i = 0; i < 2; i++) await tenants[i].SucceedsAsync(requests[i]);
        await cluster.CheckAsync();
    }

    /// <summary>Three silos on PostgreSQL. A test that stops some of them leaves the others running.</summary>
    public sealed class Place : IAsyncLifetime
    {
        internal TestCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync() => Cluster = await TestCluster.PostgresAsync(("metrics", "true"));

        public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();
    }
}
