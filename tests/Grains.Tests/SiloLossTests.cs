using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Tests.Support;
using Xunit.Abstractions;

namespace Vgpnn.Grains.Tests;

/// <summary>Silos that are killed while grains are in the middle of their work.</summary>
public class SiloLossTests(ITestOutputHelper output)
{
    /// <summary>Where a step is held when its silo is killed: at the write of a state or at a call.</summary>
    private static readonly (string Where, bool IsState)[] Steps =
    [
        ("tenant", true), ("video", true), ("request", true), ("sample", true), ("catalog", true), ("catalog-chunk", true), ("webhook", true), ("dispatcher", true),
        ("ITenantGrain.Admit", false), ("ITenantGrain.Settle", false), ("ITenantGrain.BeginDelete", false), ("ITenantGrain.EndDelete", false),
        ("IVideoGrain.Use", false), ("IVideoGrain.Unuse", false), ("IVideoGrain.End", false), ("IRequestGrain.Began", false), ("IRequestGrain.Collect", false),
        ("ISampleGrain.Begin", false), ("ISampleGrain.Checkpoint", false), ("ISampleGrain.End", false), ("ISampleGrain.Cancel", false), ("ISampleGrain.Clear", false),
        ("ICatalogGrain.Add", false), ("ICatalogGrain.Update", false), ("ICatalogGrain.Remove", false), ("IWebhookGrain.Deliver", false),
        ("IDispatcherGrain.Enqueue", false), ("IDispatcherGrain.Remove", false),
    ];

    [Fact]
    public async Task Silo_killed_in_the_middle_of_every_step_loses_and_doubles_nothing()
    {
        // All grains of state are on one silo as long as it lives: those with the role are preferred.
        int started = 0;
        await using GrainCluster cluster = await GrainCluster.StartAsync(2, quickDeath: true, configure: silo => silo.UseSiloMetadata(
            new Dictionary<string, string> { [PreferredRoleDirector.RolesKey] = Interlocked.Increment(ref started) == 3 ? "api,notify" : "worker" }));
        var victim = await cluster.Silos.StartAdditionalSiloAsync();
        await cluster.Silos.WaitForLivenessToStabilizeAsync();
        var rules = new ConcurrentBag<(string Where, IDisposable Rule, Task Reached)>();
        var problems = new ConcurrentQueue<string>();
        Task[] lives = [.. Steps.Select(step => Task.Run(async () =>
        {
            try
            {
                await LiveAsync(cluster, step.Where, step.IsState, rules.Add);
            }
            catch (Exception e)
            {
                problems.Enqueue($"{step.Where}: {e}");
            }
        }))];
        await Until.HoldsAsync(
            "every step was reached", () => Task.FromResult(rules.Count == Steps.Length && rules.All(r => r.Reached.IsCompleted)),
            () => Task.FromResult($"not reached: {string.Join(' ', rules.Where(r => !r.Reached.IsCompleted).Select(r => r.Where))}\n{string.Join('\n', problems)}"));
        Assert.Equal(victim, cluster.SiloOf(cluster.Grains.Tenants()));
        long start = Stopwatch.GetTimestamp();
        await cluster.Silos.KillSiloAsync(victim);

        // Work under way continues in the dead silo for a moment, and is refused.
        foreach ((_, IDisposable rule, _) in rules) rule.Dispose();
        await Task.WhenAll(lives);
        output.WriteLine($"{lives.Length} lives went on to their ends {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s after the kill");
        Assert.True(problems.IsEmpty, string.Join('\n', problems));
    }

    [Fact]
    public async Task Dispatcher_whose_silo_is_killed_gives_no_running_job_away()
    {
        int started = 0;
        await using GrainCluster cluster = await GrainCluster.StartAsync(2, quickDeath: true, configure: silo => silo.UseSiloMetadata(
            new Dictionary<string, string> { [PreferredRoleDirector.RolesKey] = Interlocked.Increment(ref started) == 3 ? "api,notify" : "worker" }));
        var victim = await cluster.Silos.StartAdditionalSiloAsync();
        await cluster.Silos.WaitForLivenessToStabilizeAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        var options = new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                await job.CheckpointAsync(3);
                await gate.PassAsync(job);
                await job.EndAsync();
            },
        };
        TestWorker[] workers = [.. Enumerable.Range(0, 2).Select(_ => cluster.StartWorker(tenant.Backend, slots: 2, options: options))];
        string request = await tenant.SubmitAsync(samples: 8);
        await Until.HoldsAsync("four samples run", () => workers.Sum(w => w.Begun.Count) == 4);
        Assert.Equal(victim, cluster.SiloOf(tenant.Dispatcher));
        long start = Stopwatch.GetTimestamp();
        await cluster.Silos.KillSiloAsync(victim);
        await HoldsAsync("a new dispatcher knows all", async () => (await tenant.Dispatcher.Status()).Queues is [{ Waiting: 4, Running: 4 }]);
        output.WriteLine($"a new dispatcher knew all {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s after the kill");
        Assert.Equal(4, workers.Sum(w => w.Started.Count));
        gate.Open();
        await HoldsAsync("the request is finished", async () => await tenant.Request(request).Get() is { IsFinished: true, Succeeded: 8 });
        Assert.All(await tenant.Request(request).ListSamples(-1, 10), s => Assert.Equal(1, s.Attempt));
        await RetryAsync(() => tenant.AgreesAsync(tended: true));
    }

    private static async Task LiveAsync(GrainCluster cluster, string where, bool isState, Action<(string, IDisposable, Task)> hold)
    {
        TestTenant tenant = await cluster.NewTenantAsync();
        string url = $"https://{tenant.Id}.example/", video = TestTenant.VideoId("fish"), request = NewId.Make(), second = NewId.Make();
        string key = where.Contains("ispatcher", StringComparison.Ordinal) ? tenant.Backend : tenant.Id;
        TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 2, options: new TestWorkerOptions
        {
            Script = job => job.Id == second && job.Index > 1 ? new Gate().PassAsync : null,
        });
        if (isState)
        {
            StorageFaults.Rule rule = cluster.StorageFaults.Inject(where, key, StorageFault.Hold, times: 1);
            hold((where, rule, rule.Reached));
        }
        else
        {
            CallFaults.Rule rule = cluster.CallFaults.Inject(where, key, CallFault.HoldReply, times: 1);
            hold((where, rule, rule.Reached));
        }

        await RetryAsync(() => tenant.StoreAsync("fish"));
        await HoldsAsync("the video is ready", async () => (await tenant.Video(video).Get()).State == VideoState.Ready);
        await RetryAsync(() => tenant.Request(request).Submit(tenant.Draft(video, samples: 4, webhook: url)));
        await HoldsAsync("the request is finished", async () => await tenant.Request(request).Get() is { IsFinished: true, Succeeded: 4 });
        await HoldsAsync("the webhook is sent", () => Task.FromResult(cluster.Webhooks.To(url).Count > 0));
        await RetryAsync(() => tenant.Request(second).Submit(tenant.Draft(video, samples: 6)));
        await HoldsAsync("two of the second are made", async () => await tenant.Request(second).Get() is { Succeeded: 2, Running: > 0 });
        await RetryAsync(() => tenant.Request(second).Cancel());
        await HoldsAsync("the worker is empty", () => Task.FromResult(worker.Running.Count == 0));
        await HoldsAsync("the first sample is listed", async () => (await tenant.Request(second).ListSamples(-1, 10)).Count == 6);
        await RetryAsync(() => tenant.Request(request).Delete());
        await RetryAsync(() => tenant.AgreesAsync(tended: true));
        Assert.Single(cluster.Webhooks.To(url).Select(w => w.Id).Distinct());
        Assert.DoesNotContain(worker.Ends, e => e.End.Outcome == JobOutcome.Failed);
        await RetryAsync(() => tenant.Request(second).Delete());
        await RetryAsync(() => tenant.Video(video).Delete());
        await RetryAsync(() => tenant.AgreesAsync(tended: true));
        Assert.Equal(0, (await tenant.Grain.Get()).BytesStored);
        Assert.Empty(cluster.Blobs.Keys($"{tenant.Id}/"));
    }

    private static Task HoldsAsync(string what, Func<Task<bool>> condition) => Until.HoldsAsync(what, async () =>
    {
        try
        {
            return await condition();
        }
        catch (Exception e) when (IsTransient(e))
        {
            return false;
        }
    });

    private static async Task RetryAsync(Func<Task> call)
    {
        for (long start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await call();
                return;
            }
            catch (GrainException e) when (e.Code == "not-found")
            {
                return;
            }
            catch (Exception e) when (IsTransient(e) && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(20);
            }
        }
    }

    private static bool IsTransient(Exception e) => e is OrleansException or GrainException { IsTransient: true } || (e is TimeoutException && !e.Message.StartsWith("not within", StringComparison.Ordinal));
}
