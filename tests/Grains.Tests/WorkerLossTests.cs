using System.Diagnostics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;
using Xunit.Abstractions;

namespace Vgpnn.Grains.Tests;

/// <summary>Workers that crash, freeze, drain, or misbehave.</summary>
public class WorkerLossTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Jobs_of_a_crashed_worker_go_on_elsewhere_from_their_checkpoints()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker lost = cluster.StartWorker(tenant.Backend, slots: 3, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                await job.CheckpointAsync(3);
                await gate.PassAsync(job);
            },
        });
        string request = await tenant.SubmitAsync(samples: 6);
        foreach (int index in Enumerable.Range(0, 3))
            await Until.HoldsAsync("a checkpoint is stored", async () => (await tenant.Request(request).GetSample(index)).Checkpoint is not null);
        TestWorker other = cluster.StartWorker(tenant.Backend, slots: 1);
        await Until.HoldsAsync("the other worker has made the rest", async () => (await tenant.Request(request).Get()).Succeeded == 3);
        lost.Crash();
        long start = Stopwatch.GetTimestamp();
        await Until.HoldsAsync("the jobs are taken up", () => other.Begun.Count > 3);
        TimeSpan pause = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"from the crash to the resumption: {pause.TotalMilliseconds:F0} ms, lease {GrainCluster.Lease.TotalMilliseconds:F0} ms");
        Assert.InRange(pause, TimeSpan.Zero, GrainCluster.Lease + TimeSpan.FromSeconds(3));
        RequestStatus status = await tenant.FinishedAsync(request);
        Assert.Equal(6, status.Succeeded);
        FakeJob[] resumed = [.. other.Begun.Where(j => j.Job.Index < 3)];
        Assert.Equal(3, resumed.Length);
        Assert.All(resumed, j => Assert.Equal((2, true), (j.Attempt, j.From is not null)));
        Assert.Equal(6, other.Begun.Count);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Sample_that_crashes_two_workers_is_poisoned_without_affecting_others()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 4);
        int crashes = 0;
        while ((await tenant.Request(request).Get()).Failed == 0)
        {
            TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 1, options: new TestWorkerOptions
            {
                Script = job => job.Index == 1 ? async fake =>
                {
                    fake.Worker.Crash();
                    await Task.Yield();
                }
                : null,
            });
            await Until.HoldsAsync("the worker is lost or all is done", async () => worker.IsCrashed || (await tenant.Request(request).Get()).IsFinished);
            if (worker.IsCrashed) crashes++;
            else break;
        }

        RequestStatus status = await tenant.FinishedAsync(request);
        Assert.Equal((3, 1, 2), (status.Succeeded, status.Failed, crashes));
        Assert.Equal("poisoned", (await tenant.Request(request).GetSample(1)).Failure!.Code);
        await tenant.AgreesAsync();
        await Until.HoldsAsync(
            "the dispatcher lists the failure",
            async () => (await tenant.Dispatcher.Status()).Failures.Any(f => f.What == $"request/{request}/1" && f.Failure.Code == "poisoned"));
    }

    [Fact]
    public async Task Crash_beside_other_jobs_counts_less_than_one_alone()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 2);
        var job = JobKey.Sample(tenant.Id, request, 0);
        ISampleGrain sample = tenant.Sample(request, 0);
        int attempt = 0;
        Task<SampleJob> BeginAsync(int beside, int? lostBeside = null) => sample.Begin(new JobOrder { Id = $"order {++attempt}", Job = job, LostBeside = lostBeside }, beside);

        // Five crashes with other jobs are survived, the sixth is not; a checkpoint resets the count.
        for (int i = 0; i < 6; i++) Assert.Equal(JobDecision.Run, (await BeginAsync(beside: 2, lostBeside: 2)).Decision);
        await sample.Checkpoint(6, 3, 0.5, new StoredBlob("checkpoint", 1, "hash"));
        for (int i = 0; i < 5; i++) Assert.Equal(JobDecision.Run, (await BeginAsync(beside: 2)).Decision);
        Assert.Equal(JobDecision.Run, (await BeginAsync(beside: 0, lostBeside: 0)).Decision == JobDecision.Failed ? JobDecision.Run : JobDecision.Failed);
        Assert.Equal("poisoned", (await sample.Get()).Failure!.Code);

        // Alone, two are enough.
        (job, sample, attempt) = (JobKey.Sample(tenant.Id, request, 1), tenant.Sample(request, 1), 0);
        Assert.Equal(JobDecision.Run, (await BeginAsync(beside: 0)).Decision);
        Assert.Equal(JobDecision.Run, (await BeginAsync(beside: 0)).Decision);
        Assert.Equal(JobDecision.Failed, (await BeginAsync(beside: 0)).Decision);
        Assert.Equal(2, (await tenant.FinishedAsync(request)).Failed);
    }

    [Fact]
    public async Task Released_attempts_are_never_blamed()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 1);
        var job = JobKey.Sample(tenant.Id, request, 0);
        for (int attempt = 1; attempt <= 20; attempt++)
        {
            SampleJob begun = await tenant.Sample(request, 0).Begin(new JobOrder { Id = $"order {attempt}", Job = job }, 0);
            Assert.Equal((JobDecision.Run, attempt), (begun.Decision, begun.Attempt));
            await tenant.Sample(request, 0).Release(attempt);
            await tenant.Sample(request, 0).Release(attempt);
        }

        cluster.StartWorker(tenant.Backend);
        Assert.Equal(1, (await tenant.FinishedAsync(request)).Succeeded);
    }

    [Fact]
    public async Task Failing_job_is_retried_twice_with_growing_pauses_and_then_fails()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var begun = new List<long>();
        TestWorker worker = cluster.StartWorker(tenant.Backend, options: new TestWorkerOptions
        {
            Script = job => job.Index == 0 ? _ =>
            {
                lock (begun) begun.Add(Stopwatch.GetTimestamp());
                throw new InvalidOperationException("a fault of the worker");
            }
            : null,
        });
        string request = await tenant.SubmitAsync(samples: 2);
        RequestStatus status = await tenant.FinishedAsync(request);
        Assert.Equal((1, 1), (status.Succeeded, status.Failed));
        Assert.Equal("internal", (await tenant.Request(request).GetSample(0)).Failure!.Code);
        Assert.Equal(3, begun.Count);
        TimeSpan first = Stopwatch.GetElapsedTime(begun[0], begun[1]), second = Stopwatch.GetElapsedTime(begun[1], begun[2]);
        output.WriteLine($"pauses: {first.TotalMilliseconds:F0} ms, {second.TotalMilliseconds:F0} ms");
        Assert.InRange(first.TotalSeconds, 0.7, 2.7);
        Assert.InRange(second.TotalSeconds, 2.9, 7);
        Assert.Equal(4, worker.Begun.Count);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Hopeless_job_fails_at_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        TestWorker worker = cluster.StartWorker(tenant.Backend, options: new TestWorkerOptions
        {
            Script = _ => _ => throw new GrainException("inputs-missing", "the inputs do not match"),
        });
        string request = await tenant.SubmitAsync(samples: 3);
        Assert.Equal(3, (await tenant.FinishedAsync(request)).Failed);
        Assert.Equal(3, worker.Begun.Count);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Draining_worker_gets_no_jobs_and_its_own_go_on_elsewhere()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker draining = cluster.StartWorker(tenant.Backend, slots: 2, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                await gate.PassAsync(job);
                await job.CheckpointAsync(2);
                await job.EndAsync();
            },
        });
        string request = await tenant.SubmitAsync(samples: 4);
        await Until.HoldsAsync("two samples run", () => draining.Begun.Count == 2);
        Task drained = draining.DrainAsync();
        await Until.HoldsAsync("the dispatcher knows", async () => (await tenant.Dispatcher.Status()).Workers.Single().Report.Draining);
        TestWorker other = cluster.StartWorker(tenant.Backend, slots: 2);
        await Until.HoldsAsync("the other worker has made the queued ones", async () => (await tenant.Request(request).Get()).Succeeded == 2);
        gate.Open();
        await drained;
        Assert.Equal(4, (await tenant.FinishedAsync(request)).Succeeded);
        Assert.Equal(2, draining.Started.Count);
        Assert.All(other.Begun.Where(j => j.Attempt == 2), j => Assert.NotNull(j.From));
        Assert.Equal([1, 1, 2, 2], other.Begun.Select(j => j.Attempt).Order());
        Assert.DoesNotContain((await tenant.Dispatcher.Status()).Workers, w => w.Report.Worker == draining.Id);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Worker_that_was_frozen_past_its_lease_changes_nothing_when_it_wakes()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker frozen = cluster.StartWorker(tenant.Backend, slots: 2, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                await job.CheckpointAsync(3);
                await gate.PassAsync(job);
                await job.CheckpointAsync(2);
                await job.EndAsync();
            },
        });
        string request = await tenant.SubmitAsync(samples: 2);
        await Until.HoldsAsync("checkpoints are stored", async () => (await tenant.Request(request).ListSamples(-1, 2)).Count(s => s.Checkpoint is not null) == 2);
        frozen.Freeze();
        gate.Open();
        var hold = new Gate();
        TestWorker other = cluster.StartWorker(tenant.Backend, slots: 2, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                await hold.PassAsync(job);
                await job.EndAsync();
            },
        });
        await Until.HoldsAsync("its jobs run elsewhere", () => other.Begun.Count == 2);
        frozen.Thaw();
        await Until.HoldsAsync("its own attempts have ended", () => frozen.Running.Count == 0);
        Assert.All(frozen.Ends, e => Assert.NotEqual(JobOutcome.Done, e.End.Outcome));
        hold.Open();
        Assert.Equal(2, (await tenant.FinishedAsync(request)).Succeeded);
        Assert.All(await tenant.Request(request).ListSamples(-1, 2), s => Assert.Equal(2, s.Attempt));
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Worker_that_was_frozen_for_less_than_its_lease_keeps_its_jobs()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker frozen = cluster.StartWorker(tenant.Backend, slots: 1, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                await gate.PassAsync(job);
                await job.EndAsync();
            },
        });
        string request = await tenant.SubmitAsync(samples: 1);
        await gate.Reached;
        TestWorker other = cluster.StartWorker(tenant.Backend, slots: 1);
        long reports = frozen.Reports;
        frozen.Freeze();
        await Task.Delay(GrainCluster.Lease / 3);
        frozen.Thaw();
        await Until.HoldsAsync("it reports again", () => frozen.Reports > reports + 2);
        gate.Open();
        Assert.Equal(1, (await tenant.FinishedAsync(request)).Succeeded);
        Assert.Equal((1, 0), ((await tenant.Request(request).GetSample(0)).Attempt, other.Begun.Count));
    }

    [Fact]
    public async Task Worker_that_ignores_stop_orders_cannot_store_a_result()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker deaf = cluster.StartWorker(tenant.Backend, slots: 1, options: new TestWorkerOptions
        {
            IgnoresStops = true,
            Script = _ => async job =>
            {
                await job.CheckpointAsync(3);
                await gate.PassAsync(job);
                await job.EndAsync();
            },
        });
        string request = await tenant.SubmitAsync(samples: 2);
        await gate.Reached;
        RequestStatus cancelled = await tenant.Request(request).Cancel();
        Assert.Equal(2, cancelled.Cancelled);
        gate.Open();
        await Until.HoldsAsync("the job has ended", () => deaf.Ends.Count == 1);
        Assert.Equal(JobOutcome.Fenced, deaf.Ends.Single().End.Outcome);
        RequestStatus status = await tenant.Request(request).Get();
        Assert.Equal((0, 2), (status.Succeeded, status.Cancelled));
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Cancel_stops_the_running_job_quickly()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var times = new List<double>();
        TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 1, options: new TestWorkerOptions { Script = _ => new Gate().PassAsync });
        for (int round = 1; round <= 11; round++)
        {
            string request = await tenant.SubmitAsync(samples: 1);
            await tenant.SampleAsync(request, 0, SampleState.Running);
            FakeJob job = worker.Running.Single();
            long start = Stopwatch.GetTimestamp();
            await tenant.Request(request).Cancel();
            await Until.HoldsAsync("the job is told to stop", () => job.StoppedAt > 0);
            times.Add(Stopwatch.GetElapsedTime(start, job.StoppedAt).TotalMilliseconds);
            await Until.HoldsAsync("the slot is free", () => worker.Running.Count == 0);
        }

        times.Sort();
        output.WriteLine($"from the cancel call to the job's stop, of {times.Count}: median {times[times.Count / 2]:F1} ms, worst {times[^1]:F1} ms");
        Assert.InRange(times[times.Count / 2], 0, 400);
    }
}
