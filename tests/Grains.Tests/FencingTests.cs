using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>docs/grains.md, "Fencing".</summary>
public class FencingTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task An_activation_that_was_replaced_writes_nothing(Database database)
    {
        await using Bundle bundle = await Bundle.NewAsync(database);
        string tenant = await bundle.TenantAsync();
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant));
        await using TestNode frozen = bundle.Node("frozen"), other = bundle.Node("other");
        Activation old = await frozen.BeginAsync();
        Activation now = (await other.Turns.BeginAsync(old.Grain, "other", other.Capacity))!;
        Assert.Equal((1, 2), (old.Epoch, now.Epoch));

        await Assert.ThrowsAsync<FencedException>(() => LongTurns.HandBackAsync(old));
        await Assert.ThrowsAsync<FencedException>(() => LongTurns.FailAsync(old, "x", "x"));
        await Assert.ThrowsAsync<FencedException>(() => old.CommitAsync(_ => Task.FromResult(true)));
        await LongTurns.HandBackAsync(now);
        await bundle.HoldsAsync();
    }

    [Theory]
    [InlineData(Database.Sqlite, 30)]
    [InlineData(Database.Postgres, 150)]
    public async Task Of_two_activations_that_end_at_once_one_ends_the_turn(Database database, int rounds)
    {
        await using Bundle bundle = await Bundle.NewAsync(database);
        string tenant = await bundle.TenantAsync();
        RequestStatus request = await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant));
        await using TestNode a = bundle.Node("a"), b = bundle.Node("b");
        for (int i = 0; i < rounds; i++)
        {
            Activation held = await a.BeginAsync();
            using var together = new Barrier(2);
            Task<bool>[] both =
            [
                Task.Run(() => EndsAsync(() => LongTurns.HandBackAsync(held))),
                Task.Run(() => EndsAsync(() => SampleGrain.CancelAsync(bundle.Store, tenant, request.RequestId, 0))),
            ];
            bool[] ended = await Task.WhenAll(both);
            a.Capacity.Release(held.Grain);

            // Cancelling never fails; it ends the sample whichever came first, and then the hand-back may be fenced.
            Assert.True(ended[1]);
            Assert.Equal(SampleState.Cancelled, (await bundle.SampleAsync(tenant, request.RequestId)).State);
            await bundle.HoldsAsync();
            request = await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant));

            async Task<bool> EndsAsync(Func<Task> end)
            {
                together.SignalAndWait();
                try
                {
                    await end();
                    return true;
                }
                catch (FencedException)
                {
                    return false;
                }
            }
        }
    }

    [Fact]
    public async Task A_grain_that_took_two_processes_with_it_is_given_up_as_poisoned()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        RequestStatus request = await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant), samples: 2);
        await using TestNode a = bundle.Node("a"), b = bundle.Node("b"), c = bundle.Node("c");
        GrainKey grain = (await a.BeginAsync()).Grain;
        Assert.NotNull(await b.Turns.BeginAsync(grain, "b", b.Capacity));
        Assert.Null(await c.Turns.BeginAsync(grain, "c", c.Capacity));

        SampleStatus sample = await bundle.SampleAsync(tenant, request.RequestId);
        Assert.Equal((SampleState.Failed, "poisoned"), (sample.State, sample.ErrorCode));
        Assert.Equal(SampleState.Queued, (await bundle.SampleAsync(tenant, request.RequestId, 1)).State);
        await bundle.HoldsAsync();
    }

    /// <summary>docs/grains.md, "Recovery": a process that was lost with several turns tells little about any of them.</summary>
    [Fact]
    public async Task Crashes_in_company_count_less_and_not_without_limit()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        RequestStatus request = await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant), samples: 2);
        for (int crash = 1; crash <= LongTurns.DefaultMaxCrashes * LongTurns.CrashesInCompany; crash++)
        {
            Assert.Equal(SampleState.Queued, (await bundle.SampleAsync(tenant, request.RequestId)).State);
            await using TestNode dying = bundle.Node($"dying-{crash}", slots: 2), finder = bundle.Node($"finder-{crash}");
            await dying.BeginAsync();
            await dying.BeginAsync();
            for (int i = 0; i < 2; i++) await finder.Turns.RecoverAsync(GrainKey.Sample(request.RequestId, i), dying.Info.Id, crashed: true);
            await bundle.HoldsAsync();
        }

        for (int i = 0; i < 2; i++) Assert.Equal("poisoned", (await bundle.SampleAsync(tenant, request.RequestId, i)).ErrorCode);
    }

    /// <summary>The answer to a begin was lost, and the scheduler starts the turn again in the same process.</summary>
    [Fact]
    public async Task A_node_that_begins_its_own_turn_again_is_not_charged()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant));
        await using TestNode node = bundle.Node();
        Activation first = await node.BeginAsync();
        for (int i = 2; i < 6; i++) Assert.Equal(i, (await node.Turns.BeginAsync(first.Grain, node.Info.Id, node.Capacity))!.Epoch);
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task A_node_that_was_only_frozen_takes_its_crash_back()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant));
        await using TestNode a = bundle.Node("a"), b = bundle.Node("b"), c = bundle.Node("c");
        Activation frozen = await a.BeginAsync();
        Assert.NotNull(await b.Turns.BeginAsync(frozen.Grain, "b", b.Capacity));
        await a.Turns.SurvivedAsync(frozen);
        Assert.NotNull(await c.Turns.BeginAsync(frozen.Grain, "c", c.Capacity));
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task Hand_backs_are_never_charged()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant));
        await using TestNode node = bundle.Node();
        for (int i = 0; i < 10; i++)
        {
            Activation activation = await node.BeginAsync();
            Assert.Equal(0, activation.Attempts);
            await LongTurns.HandBackAsync(activation);
            node.Capacity.Release(activation.Grain);
        }

        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task What_died_with_its_process_is_found_in_the_state_alone()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant), samples: 3);
        await using TestNode dead = bundle.Node("dead"), next = bundle.Node("next");
        await dead.BeginAsync();
        await dead.AdmitAsync();
        Assert.Equal(2, await next.Reconciler.RunAsync(TimeSpan.Zero));
        await bundle.HoldsAsync();
        Assert.Equal(0, await next.Reconciler.RunAsync(TimeSpan.Zero));
        for (int i = 0; i < 3; i++) await next.BeginAsync();
    }
}
