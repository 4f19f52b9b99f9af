using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>Dispatchers that lose their memory, and orders and reports that are lost.</summary>
public class DispatcherLossTests
{
    [Fact]
    public async Task Lost_dispatcher_loses_nothing_and_gives_no_running_job_away()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        var options = new TestWorkerOptions
        {
            Script = job => job.Index < 4 ? async fake =>
            {
                await gate.PassAsync(fake);
                await fake.EndAsync();
            }
            : null,
        };
        TestWorker[] workers = [cluster.StartWorker(tenant.Backend, slots: 2, options: options), cluster.StartWorker(tenant.Backend, slots: 2, options: options)];
        string request = await tenant.SubmitAsync(samples: 12);
        await Until.HoldsAsync("four samples run", () => workers.Sum(w => w.Running.Count(j => j.Attempt > 0)) == 4);
        await cluster.DeactivateAsync(tenant.Dispatcher);

        // It comes back with the next report, and knows after a moment what runs and what waits.
        await Until.HoldsAsync("the dispatcher knows all", async () => (await tenant.Dispatcher.Status()).Queues is [{ Waiting: 8, Running: 4 }]);
        Assert.Equal(4, workers.Sum(w => w.Started.Count));
        gate.Open();
        Assert.Equal(12, (await tenant.FinishedAsync(request)).Succeeded);
        Assert.Equal(12, workers.Sum(w => w.Begun.Count));
        Assert.All(await tenant.Request(request).ListSamples(-1, 20), s => Assert.Equal(1, s.Attempt));
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Dispatcher_lost_again_and_again_makes_every_sample_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        TestWorker[] workers = [cluster.StartWorker(tenant.Backend, slots: 3), cluster.StartWorker(tenant.Backend, slots: 3)];
        string request = await tenant.SubmitAsync(samples: 300);
        for (int round = 0; round < 6; round++)
        {
            int made = (await tenant.Request(request).Get()).Succeeded;
            await cluster.DeactivateAsync(tenant.Dispatcher);
            await Until.HoldsAsync("something was made", async () => (await tenant.Request(request).Get()).Succeeded is var now && (now > made || now == 300));
        }

        Assert.Equal(300, (await tenant.FinishedAsync(request)).Succeeded);
        Assert.Equal(300, workers.Sum(w => w.Begun.Count));
        await tenant.AgreesAsync();
    }

    [Theory]
    [InlineData(CallFault.LoseReply)]
    [InlineData(CallFault.LoseCall)]
    public async Task Orders_and_reports_that_are_lost_come_back(object fault)
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        using CallFaults.Rule rule = cluster.CallFaults.Inject("IDispatcherGrain.Report", tenant.Backend, (CallFault)fault, chance: 0.4);
        TestWorker[] workers = [cluster.StartWorker(tenant.Backend, slots: 3), cluster.StartWorker(tenant.Backend, slots: 3)];
        string request = await tenant.SubmitAsync(samples: 60);
        Assert.Equal(60, (await tenant.FinishedAsync(request)).Succeeded);
        Assert.True(rule.Hits > 0);
        Assert.Equal(60, workers.Sum(w => w.Begun.Count));
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Worker_is_noticed_as_lost_while_a_tenant_does_not_answer_its_dispatcher()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker lost = cluster.StartWorker(tenant.Backend, slots: 1, options: new TestWorkerOptions { Script = _ => gate.PassAsync });
        string request = await tenant.SubmitAsync(samples: 1);
        await gate.Reached;
        using CallFaults.Rule hold = cluster.CallFaults.Inject("ITenantGrain.Queue", tenant.Id, CallFault.Hold);
        await cluster.DeactivateAsync(tenant.Dispatcher);
        await hold.Reached;
        await Until.HoldsAsync("the worker is known", async () => (await tenant.Dispatcher.Status()).Workers.Count == 1);
        TestWorker other = cluster.StartWorker(tenant.Backend, slots: 1);
        lost.Crash();
        await Until.HoldsAsync("the worker is lost", async () => (await tenant.Dispatcher.Status()).Workers is [{ } only] && only.Report.Worker == other.Id);
        hold.Dispose();
        Assert.Equal(1, (await tenant.FinishedAsync(request)).Succeeded);
    }

    [Fact]
    public async Task Cancel_that_a_lost_dispatcher_did_not_pass_on_reaches_the_worker()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 2, options: new TestWorkerOptions { Script = _ => gate.PassAsync });
        string request = await tenant.SubmitAsync(samples: 2);
        await Until.HoldsAsync("both samples run", () => worker.Begun.Count == 2);
        worker.Freeze();

        // The worker no longer receives the old dispatcher's order, and the new one does not know the worker yet.
        await tenant.Request(request).Cancel();
        await cluster.DeactivateAsync(tenant.Dispatcher);
        worker.Thaw();
        await Until.HoldsAsync("the jobs are stopped", () => worker.Running.Count == 0);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Queue_survives_a_dispatcher_that_is_lost_before_any_worker_comes()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 3);
        await cluster.DeactivateAsync(tenant.Dispatcher);
        cluster.StartWorker(tenant.Backend);
        Assert.Equal(3, (await tenant.FinishedAsync(request)).Succeeded);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Twenty_thousand_queued_samples_do_not_delay_another_tenant()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant busy = await cluster.NewTenantAsync();
        TestTenant other = new(cluster, (await cluster.NewTenantAsync()).Id) { Backend = busy.Backend };
        string large = await busy.SubmitAsync(samples: 20_000);
        TestWorker worker = cluster.StartWorker(busy.Backend, slots: 2);
        await Until.HoldsAsync("the large request runs", () => worker.Begun.Count > 10);
        string small = await other.SubmitAsync(samples: 5);
        await other.FinishedAsync(small);
        FakeJob[] begun = [.. worker.Begun];
        int first = Array.FindIndex(begun, j => j.Job.Tenant == other.Id), last = Array.FindLastIndex(begun, j => j.Job.Tenant == other.Id);

        // Two slots and equal shares: at most about one sample of the busy tenant for each of the other's.
        Assert.InRange(begun[first..(last + 1)].Count(j => j.Job.Tenant == busy.Id), 0, 9);
        await busy.Request(large).Cancel();
    }
}
