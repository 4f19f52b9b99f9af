using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains;
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
    public async Task A_freeze_shorter_than_the_threshold_costs_nothing()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("thresholdSeconds", "10"));
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 1, Slow);
        SiloProcess frozen = await cluster.UnderWayAsync(tenant, request.RequestId);
        frozen.Freeze();
        await cluster.UntilAsync("a node has been silent for two check-ins", async () =>
            (await NodeRegistry.ListAsync(cluster.Store)).Any(n => n.Silent > 1000));
        frozen.Wake();
        Assert.Equal(1, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
        Assert.Equal(["done"], await cluster.OutcomesAsync(request.RequestId));
        await cluster.HoldsAsync();
    }

    [Fact]
    public async Task A_sample_that_takes_two_processes_with_it_is_given_up_and_others_are_not()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"));
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus poison = await cluster.SubmitAsync(tenant, video, 1, Slow), others = await cluster.SubmitAsync(tenant, video, 4);
        for (int deaths = 1; deaths <= 2; deaths++)
        {
            SiloProcess? runner = null;
            await cluster.UntilAsync("another silo runs it", async () =>
                (runner = await cluster.RunnerAsync(poison.RequestId)) is { HasExited: false });
            runner!.Kill();
            await runner.ExitAsync();
        }

        Assert.Equal(1, (await cluster.FinishedAsync(tenant, poison.RequestId)).Failed);
        Assert.Equal("poisoned", (await cluster.SampleAsync(tenant, poison.RequestId)).ErrorCode);
        Assert.Equal(4, (await cluster.FinishedAsync(tenant, others.RequestId)).Succeeded);
        await cluster.HoldsAsync();
    }

    [Fact]
    public async Task A_silo_that_is_told_to_stop_leaves_nothing_behind()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        SiloProcess silo = await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 3);
        await cluster.UntilAsync("a sample runs", async () => await cluster.RunnerAsync(request.RequestId) is not null);
        silo.Terminate();
        Assert.Equal(0, await silo.ExitAsync());
        Assert.Empty(await NodeRegistry.ListAsync(cluster.Store));
        Assert.Empty(await cluster.QueryAsync<string>("SELECT grain FROM turns WHERE state <> 'ready'"));
        Assert.DoesNotContain("crashed", await cluster.OutcomesAsync(request.RequestId));
        await cluster.HoldsAsync();
        await cluster.StartAsync();
        Assert.Equal(3, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silo_that_is_killed_while_it_drains_is_as_one_that_is_killed(bool politely)
    {
        // From the third level on none is finished within a few seconds: there is nothing to hand back at.
        MethodOptions endless = Clips.Quick with { Iterations = 100, Search = Kernels.SearchMethod.Exhaustive };
        await using TestCluster cluster = await TestCluster.PostgresAsync(("drainSeconds", "60"));
        SiloProcess first = await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync(clip: await Clips.MakeAsync(new Kernels.Extent(12, 96, 128), 2));
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 1, endless);
        await cluster.UntilAsync("a level is under way that takes long", async () =>
            (await cluster.SampleAsync(tenant, request.RequestId)).Level <= 7);
        first.Terminate();
        await cluster.UntilAsync("it drains", () => Task.FromResult(first.Log.Contains("drains", StringComparison.Ordinal)));
        if (politely) first.Terminate();
        else first.Kill();
        Assert.Equal(politely ? 143 : 137, await first.ExitAsync());
        await cluster.StartAsync();
        await cluster.UntilAsync("another silo runs it", async () =>
            await cluster.RunnerAsync(request.RequestId) is { } runner && runner != first);
        Assert.Equal(["crashed", null], await cluster.OutcomesAsync(request.RequestId));
        await cluster.Requests.CancelAsync(tenant, request.RequestId);
        await cluster.HoldsAsync();
    }

    [Fact]
    public async Task What_is_cancelled_stops_at_once_and_keeps_its_preview()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"));
        SiloProcess silo = await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 1, Slow), next = await cluster.SubmitAsync(tenant, video, 1);
        await cluster.UnderWayAsync(tenant, request.RequestId);
        Assert.Equal(1, (await cluster.Requests.CancelAsync(tenant, request.RequestId)).Cancelled);
        Assert.Equal(1, (await cluster.Requests.CancelAsync(tenant, request.RequestId)).Cancelled);

        // The slot is free for the next one, and what the first one had made stays.
        Assert.Equal(1, (await cluster.FinishedAsync(tenant, next.RequestId)).Succeeded);
        SampleStatus sample = await cluster.SampleAsync(tenant, request.RequestId);
        Assert.Equal(SampleState.Cancelled, sample.State);
        Assert.Equal(["cancelled"], await cluster.OutcomesAsync(request.RequestId));
        await cluster.HoldsAsync();
        Checkpoint preview = Checkpoint.Load(File.OpenRead(Path.Combine(cluster.BlobDirectory, sample.CheckpointKey!)));
        Assert.Equal((sample.Level, 3), (preview.Level, preview.Output.Channels));
        Assert.Contains(GrainKey.Sample(request.RequestId, 0) + ", epoch 1, is no longer", silo.Log, StringComparison.Ordinal);
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
