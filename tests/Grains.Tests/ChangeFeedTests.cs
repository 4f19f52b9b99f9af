using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>Events for watchers of tenants and requests.</summary>
public class ChangeFeedTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task New_watcher_gets_a_reset_and_then_every_change()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        ChangeBatch start = await tenant.Grain.Changes(null, Wait);
        Assert.Equal((true, 0), (start.Reset, start.Changes.Count));
        Task<IReadOnlyList<Change>> watched = WatchAsync(a => tenant.Grain.Changes(a, Wait), start.Version, c => c.Request is { IsFinished: true });
        cluster.StartWorker(tenant.Backend);
        string request = await tenant.SubmitAsync(samples: 10);
        IReadOnlyList<Change> changes = await watched;
        Assert.Equal(changes.Select(c => c.Version).Distinct().Order(), changes.Select(c => c.Version));
        Assert.Equal(VideoState.Ready, changes.Last(c => c.Video is not null).Video!.State);

        // A watcher that sees a finished request has seen the final states of all its samples.
        Assert.Equal(Enumerable.Range(0, 10), changes.Where(c => c.Sample is { State: SampleState.Succeeded }).Select(c => c.Sample!.SampleIndex).Distinct().Order());
        Assert.Equal(request, changes[^1].Request!.RequestId);
    }

    [Fact]
    public async Task Watchers_of_a_request_miss_no_final_state_between_two_polls()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 60);
        long version = (await tenant.Request(request).Changes(null, Wait)).Version;
        Task<IReadOnlyList<Change>>[] watchers =
            [.. Enumerable.Range(0, 5).Select(_ => WatchAsync(a => tenant.Request(request).Changes(a, Wait), version, c => c.Request is { IsFinished: true }))];
        cluster.StartWorker(tenant.Backend, slots: 8);
        await tenant.FinishedAsync(request);
        foreach (IReadOnlyList<Change> changes in await Task.WhenAll(watchers))
            Assert.Equal(Enumerable.Range(0, 60), changes.Where(c => c.Sample is { IsOver: true }).Select(c => c.Sample!.SampleIndex).Distinct().Order());
    }

    [Fact]
    public async Task Poll_without_changes_returns_empty_when_its_time_is_over()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        long version = (await tenant.Grain.Changes(null, Wait)).Version;
        ChangeBatch none = await tenant.Grain.Changes(version, TimeSpan.FromMilliseconds(50));
        Assert.Equal((version, false, 0), (none.Version, none.Reset, none.Changes.Count));
        Assert.True((await tenant.Grain.Changes(version + 1_000, TimeSpan.Zero)).Reset);
        Assert.True((await tenant.Grain.Changes(1, TimeSpan.Zero)).Reset);
    }

    [Fact]
    public async Task Changes_of_one_object_reach_a_slow_watcher_as_one()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 1);
        await Until.HoldsAsync("the submission is told", async () => (await tenant.Request(request).Changes(null, Wait)).Version > 0);
        long version = (await tenant.Request(request).Changes(null, Wait)).Version;
        cluster.StartWorker(tenant.Backend, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                for (int i = 0; i < 50; i++) await job.PreviewAsync(2, i / 50.0);
                await job.EndAsync();
            },
        });
        await tenant.FinishedAsync(request);
        ChangeBatch batch = null!;
        await Until.HoldsAsync("the end is told", async () => (batch = await tenant.Request(request).Changes(version, Wait)).Changes.Any(c => c.Request is { IsFinished: true }));
        Assert.Equal([SampleState.Succeeded], batch.Changes.Where(c => c.Sample is not null).Select(c => c.Sample!.State));
        Assert.Equal(2, batch.Changes.Count);
    }

    [Fact]
    public async Task Watcher_starts_over_after_its_tenant_was_lost()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        cluster.StartWorker(tenant.Backend);
        await tenant.FinishedAsync(await tenant.SubmitAsync(samples: 3));
        await tenant.QuietAsync();
        ChangeBatch before = await tenant.Grain.Changes(null, Wait);
        await cluster.DeactivateAsync(tenant.Grain);
        ChangeBatch after = await tenant.Grain.Changes(before.Version, Wait);
        Assert.True(after.Reset);
        Task<IReadOnlyList<Change>> watched = WatchAsync(a => tenant.Grain.Changes(a, Wait), after.Version, c => c.Request is { IsFinished: true });
        string second = await tenant.SubmitAsync(samples: 2);
        Assert.Equal(second, (await watched)[^1].Request!.RequestId);
    }

    [Fact]
    public async Task Change_that_did_not_reach_its_tenant_is_repeated()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 2);
        long version = (await tenant.Grain.Changes(null, Wait)).Version;
        Task<IReadOnlyList<Change>> watched = WatchAsync(a => tenant.Grain.Changes(a, Wait), version, c => c.Request is { IsFinished: true });
        using (cluster.CallFaults.Inject("ITenantGrain.Publish", tenant.Id, CallFault.LoseCall, times: 3))
        {
            cluster.StartWorker(tenant.Backend);
            await tenant.FinishedAsync(request);
            IReadOnlyList<Change> changes = await watched;
            Assert.Equal([0, 1], changes.Where(c => c.Sample is { State: SampleState.Succeeded }).Select(c => c.Sample!.SampleIndex).Distinct().Order());
        }
    }

    private static async Task<IReadOnlyList<Change>> WatchAsync(Func<long?, Task<ChangeBatch>> poll, long after, Func<Change, bool> last)
    {
        var changes = new List<Change>();
        while (!changes.Any(last))
        {
            ChangeBatch batch = await poll(after).WaitAsync(TimeSpan.FromSeconds(40));
            Assert.False(batch.Reset);
            changes.AddRange(batch.Changes);
            after = batch.Version;
        }

        return changes;
    }
}
