using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains.Contracts;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

public class FaultTests
{
    /// <summary>A sample of a few seconds.</summary>
    private static readonly MethodOptions Slow = Clips.Quick with { Iterations = 60 };

    [Fact]
    public async Task What_a_killed_silo_ran_goes_on_elsewhere_with_the_same_bits()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 2, Slow);
        (await cluster.UnderWayAsync(tenant, request.RequestId)).Kill();

        Assert.Equal(2, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), Slow, 7, 2), await cluster.HashesAsync(tenant, request.RequestId));
        Assert.True(await cluster.ScalarAsync<long>("SELECT count(*) FROM activations WHERE outcome = 'crashed'") >= 1);
        await cluster.HoldsAsync();
    }

    [Fact]
    public async Task A_silo_that_was_frozen_and_wakes_changes_nothing()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 1, Slow);
        SiloProcess frozen = await cluster.UnderWayAsync(tenant, request.RequestId);
        frozen.Freeze();
        Assert.Equal(1, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
        frozen.Wake();
        await cluster.UntilAsync("the zombie says that it lived", async () =>
            await cluster.ScalarAsync<long>("SELECT count(*) FROM activations WHERE outcome = 'fenced'") == 1);
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), Slow, 7, 1), await cluster.HashesAsync(tenant, request.RequestId));
        await cluster.HoldsAsync();
    }

    [Fact]
    public async Task A_silo_that_is_told_to_stop_hands_its_work_back_without_charge()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 1, Slow);
        SiloProcess told = await cluster.UnderWayAsync(tenant, request.RequestId);
        told.Terminate();
        Assert.Equal(0, await told.ExitAsync());
        Assert.Equal(1, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
        Assert.Equal(["done", "handedback"], (await cluster.QueryAsync<string>(
            "SELECT outcome FROM activations WHERE grain LIKE 'sample/%' ORDER BY outcome")));
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), Slow, 7, 1), await cluster.HashesAsync(tenant, request.RequestId));
        await cluster.HoldsAsync();
    }

    [Fact]
    public async Task One_process_with_Sqlite_that_is_killed_and_started_again_loses_nothing()
    {
        await using TestCluster cluster = await TestCluster.SqliteAsync();
        SiloProcess first = await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 10);
        await cluster.UntilAsync("two samples are there", async () => (await cluster.Requests.GetAsync(tenant, request.RequestId)).Succeeded >= 2);
        first.Kill();
        await first.ExitAsync();
        await cluster.StartAsync();
        Assert.Equal(10, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 7, 10), await cluster.HashesAsync(tenant, request.RequestId));
        await cluster.HoldsAsync();
    }

    [Theory]
    [InlineData("slots", "0")]
    [InlineData("thresholdSeconds", "0.6")]
    [InlineData("memoryMegabytes", "-1")]
    [InlineData("roles", "king")]
    public async Task Nonsense_is_refused_and_named(string setting, string value)
    {
        await using TestCluster cluster = await TestCluster.SqliteAsync();
        SiloProcess silo = cluster.Launch(settings: (setting, value));
        Assert.Equal(2, await silo.ExitAsync());
        Assert.Contains(setting, silo.Log, StringComparison.OrdinalIgnoreCase);
    }
}
