using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

public class AdmissionTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_tenant_with_ten_thousand_samples_does_not_delay_anothers_first(Database database)
    {
        await using Bundle bundle = await Bundle.NewAsync(database);
        string noisy = await bundle.TenantAsync("noisy"), quiet = await bundle.TenantAsync("quiet");
        string video = await bundle.VideoRowAsync(noisy);
        for (int i = 0; i < 10; i++) await bundle.SubmitAsync(noisy, video, samples: 1000);
        await using TestNode node = bundle.Node(slots: 2);
        await node.BeginAsync();
        Activation ends = await node.BeginAsync();
        RequestStatus request = await bundle.SubmitAsync(quiet, await bundle.VideoRowAsync(quiet));

        // The next slot that comes free is the other tenant's.
        Assert.Null(await node.AdmitAsync());
        await LongTurns.FailAsync(ends, "x", "x");
        node.Capacity.Release(ends.Grain);
        Assert.Equal(GrainKey.Sample(request.RequestId, 0), await node.AdmitAsync());
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task Tenants_share_in_the_proportion_of_their_weights_over_time()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string light = await bundle.TenantAsync("light"), heavy = await bundle.TenantAsync("heavy", new TenantLimits { Weight = 3 });
        await bundle.SubmitAsync(light, await bundle.VideoRowAsync(light), samples: 100);
        await bundle.SubmitAsync(heavy, await bundle.VideoRowAsync(heavy), samples: 100);
        await using TestNode node = bundle.Node(slots: 1);
        var got = new List<string>();
        for (int i = 0; i < 40; i++)
        {
            Activation activation = await node.BeginAsync();
            got.Add(activation.Tenant);
            await LongTurns.FailAsync(activation, "x", "x");
            node.Capacity.Release(activation.Grain);
        }

        Assert.InRange(got.Count(t => t == heavy), 29, 31);
    }

    [Fact]
    public async Task A_node_runs_no_more_than_its_memory_holds_and_small_work_runs_beside()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string big = await bundle.TenantAsync("big"), small = await bundle.TenantAsync("small");
        string large = await bundle.VideoRowAsync(big), tiny = await bundle.VideoRowAsync(small);
        await bundle.Store.RunAsync(state => state.ExecuteAsync(
            "UPDATE videos SET frames = 30, height = 1080, width = 1920 WHERE video_id = @large", new { large }));
        await bundle.SubmitAsync(big, large, samples: 10, options: new());
        await bundle.SubmitAsync(small, tiny, samples: 20, options: new());
        long each = await bundle.Store.RunAsync(state => state.ScalarAsync<long>("SELECT max(bytes) FROM requests"));
        await using TestNode node = bundle.Node(slots: 32, memory: 6L << 30);
        int bigOnes = 0, smallOnes = 0;
        while (await node.AdmitAsync() is { } grain)
        {
            Activation activation = (await node.Turns.BeginAsync(grain, node.Info.Id, node.Capacity))!;
            if (activation.Tenant == big) bigOnes++;
            else smallOnes++;
        }

        Assert.InRange(bigOnes, 1, (6L << 30) / each);
        Assert.Equal(20, smallOnes);
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task Work_that_needs_much_room_gets_it_after_a_while()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string big = await bundle.TenantAsync("big"), small = await bundle.TenantAsync("small");
        RequestStatus large = await bundle.SubmitAsync(big, await bundle.VideoRowAsync(big));
        await bundle.SubmitAsync(small, await bundle.VideoRowAsync(small), samples: 50);
        await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET bytes = 100 WHERE tenant_id = @small", new { small }));
        await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE requests SET bytes = 100 WHERE tenant_id = @small", new { small }));
        await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET bytes = 1000 WHERE tenant_id = @big", new { big }));
        await using TestNode node = bundle.Node(slots: 10, memory: 1000);
        await node.Turns.BeginAsync((await node.AdmitAsync())!.Value, node.Info.Id, node.Capacity);
        node.Capacity.Release(GrainKey.Sample(large.RequestId, 0));
        Activation blocker = await node.BeginAsync();
        Assert.NotEqual(big, blocker.Tenant);

        // The large one is put back, and has waited for longer than the node is patient.
        await bundle.Store.RunAsync(state => state.ExecuteAsync("DELETE FROM activations WHERE tenant_id = @big", new { big }));
        await bundle.Store.RunAsync(state => state.ExecuteAsync(
            "UPDATE turns SET state = 'ready', node = NULL, epoch = 0, ready_at = 0 WHERE tenant_id = @big", new { big }));
        await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE tenants SET pass = 0, queued = 1, running = 0 WHERE tenant_id = @big", new { big }));
        Assert.Null(await node.AdmitAsync());
        node.Capacity.Release(blocker.Grain);
        Assert.Equal(GrainKey.Sample(large.RequestId, 0), await node.AdmitAsync());
    }

    [Fact]
    public async Task A_node_takes_the_sample_whose_levels_it_holds()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant), samples: 2);
        RequestStatus second = await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant), samples: 2);
        await using TestNode node = bundle.Node();
        node.Warm.Add(await bundle.Store.RunAsync(s => s.ScalarAsync<string>("SELECT affinity FROM requests WHERE request_id = @RequestId", new { second.RequestId })));
        Assert.Equal(second.RequestId, (await node.AdmitAsync())!.Value.Id);
    }

    [Fact]
    public async Task A_node_leaves_work_that_it_does_not_understand()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant));
        await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET protocol = protocol + 1"));
        await using TestNode node = bundle.Node();
        Assert.Null(await node.AdmitAsync());
        await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET protocol = protocol - 1, engine_class = 'opencl'"));
        Assert.Null(await node.AdmitAsync());
    }

    [Fact]
    public async Task A_tenant_runs_no_more_than_it_may()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync(limits: new TenantLimits { MaxRunning = 2 });
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant), samples: 5);
        await using TestNode node = bundle.Node();
        Assert.NotNull(await node.AdmitAsync());
        Assert.NotNull(await node.AdmitAsync());
        Assert.Null(await node.AdmitAsync());
    }

    [Fact]
    public async Task Nodes_that_admit_at_once_never_get_the_same_turn()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Postgres);
        string a = await bundle.TenantAsync("a"), b = await bundle.TenantAsync("b");
        await bundle.SubmitAsync(a, await bundle.VideoRowAsync(a), samples: 30);
        await bundle.SubmitAsync(b, await bundle.VideoRowAsync(b), samples: 30);
        GrainKey[][] got = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            await using TestNode node = bundle.Node($"node-{n}", slots: 100, memory: 1L << 40);
            var mine = new List<GrainKey>();
            while (await node.AdmitAsync() is { } grain) mine.Add(grain);
            return mine.ToArray();
        })));
        Assert.Equal(60, got.Sum(g => g.Length));
        Assert.Equal(60, got.SelectMany(g => g).Distinct().Count());
        await bundle.HoldsAsync();
    }
}
