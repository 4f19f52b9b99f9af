using System.Collections.Concurrent;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>Every call between client, grains and workers may be lost, lose its reply, or be repeated.</summary>
public class ArrowTests
{
    private static readonly string[] Arrows =
    [
        "ITenantGrain.Admit", "ITenantGrain.Settle", "ITenantGrain.BeginDelete", "ITenantGrain.EndDelete", "ITenantGrain.Publish", "ITenantGrain.WebhookSecret",
        "IVideoGrain.Store", "IVideoGrain.Begin", "IVideoGrain.End", "IVideoGrain.Use", "IVideoGrain.Unuse", "IVideoGrain.Delete",
        "IRequestGrain.Submit", "IRequestGrain.Began", "IRequestGrain.Progress", "IRequestGrain.Collect", "IRequestGrain.Cancel", "IRequestGrain.CancelSample",
        "IRequestGrain.Delete", "IRequestGrain.Examine",
        "ISampleGrain.Begin", "ISampleGrain.Checkpoint", "ISampleGrain.Preview", "ISampleGrain.End", "ISampleGrain.Fail", "ISampleGrain.Release", "ISampleGrain.Cancel",
        "ISampleGrain.Clear",
        "ICatalogGrain.Add", "ICatalogGrain.Update", "ICatalogGrain.Remove", "ICatalogChunkGrain.Add", "ICatalogChunkGrain.Update", "ICatalogChunkGrain.Remove",
        "IDispatcherGrain.Announce", "IDispatcherGrain.Enqueue", "IDispatcherGrain.Remove", "IDispatcherGrain.Cancel", "IDispatcherGrain.Report",
        "IWebhookGrain.Deliver", "IWebhookGrain.Forget",
    ];

    [Theory]
    [InlineData(CallFault.LoseCall)]
    [InlineData(CallFault.LoseReply)]
    [InlineData(CallFault.Repeat)]
    public async Task Calls_of_any_kind_can_be_lost_or_repeated_without_consequences(object fault)
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        var problems = new ConcurrentQueue<string>();
        await Task.WhenAll(Arrows.Select(async arrow =>
        {
            try
            {
                await LiveAsync(cluster, arrow, (CallFault)fault);
            }
            catch (Exception e)
            {
                problems.Enqueue($"{arrow}: {e}");
            }
        }));
        Assert.True(problems.IsEmpty, string.Join('\n', problems));
    }

    private static async Task LiveAsync(GrainCluster cluster, string arrow, CallFault fault)
    {
        TestTenant tenant = await cluster.NewTenantAsync();
        int drained = 0;
        var options = new TestWorkerOptions
        {
            Script = job => job.Index switch
            {
                1 => _ => throw new InvalidOperationException("a fault of the worker"),
                2 => _ => throw new GrainException("hopeless", "the sample cannot be made"),
                3 => async fake =>
                {
                    await fake.CheckpointAsync(3);
                    if (Interlocked.Exchange(ref drained, 1) == 0) throw new Samples.ReleasedException();
                    await fake.EndAsync();
                }
                ,
                4 => new Gate().PassAsync,
                _ => null,
            },
        };
        TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 3, options: options);
        using CallFaults.Rule rule = cluster.CallFaults.Inject(
            arrow, arrow.StartsWith("IDispatcherGrain", StringComparison.Ordinal) ? tenant.Backend : tenant.Id, fault, times: 4);
        string url = $"https://{tenant.Id}.example/", video = TestTenant.VideoId("fish"), request = NewId.Make();
        await RetryAsync(() => tenant.StoreAsync("fish"));
        await Until.HoldsAsync("the video is ready", async () => (await tenant.Video(video).Get()).State == VideoState.Ready);
        await RetryAsync(() => tenant.Request(request).Submit(tenant.Draft(video, samples: 6, webhook: url)));
        await tenant.SampleAsync(request, 4, SampleState.Running);
        await RetryAsync(() => tenant.Request(request).CancelSample(4));
        RequestStatus status = await tenant.FinishedAsync(request);
        Assert.Equal((3, 2, 1), (status.Succeeded, status.Failed, status.Cancelled));
        await Until.HoldsAsync("the webhook is sent", () => cluster.Webhooks.To(url).Count > 0);

        // A second one is cancelled and deleted while it runs, and the video with it.
        string second = NewId.Make();
        await RetryAsync(() => tenant.Request(second).Submit(tenant.Draft(video, samples: 8)));
        await tenant.SampleAsync(second, 4, SampleState.Running);
        await RetryAsync(() => tenant.Video(video).Delete());
        await RetryAsync(() => tenant.Request(second).Cancel());
        await RetryAsync(() => tenant.Request(second).Delete());
        await Until.HoldsAsync("the worker is empty", () => worker.Running.Count == 0);
        await tenant.AgreesAsync(tended: true);
        Assert.Single(cluster.Webhooks.To(url).Select(w => w.Id).Distinct());
        Assert.Equal([request], (await cluster.Grains.Catalog(tenant.Id, CatalogKinds.Requests).List(new CatalogQuery())).Rows.Select(r => r.Row.Id));

        // Nothing of them is left.
        await RetryAsync(() => tenant.Request(request).Delete());
        await tenant.AgreesAsync(tended: true);
        Assert.Equal((0, 0, 0), await UsageAsync());
        Assert.Empty(cluster.Blobs.Keys($"{tenant.Id}/"));
        Assert.True(rule.Hits > 0, "the call was never made");

        async Task<(long, long, long)> UsageAsync()
        {
            TenantStatus usage = await tenant.Grain.Get();
            return (usage.Queued, usage.Running, usage.BytesStored);
        }
    }

    // A client repeats calls that were not answered. A missing resource is one that it has deleted itself.
    private static async Task RetryAsync(Func<Task> call)
    {
        for (int tries = 1; ; tries++)
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
            catch (Exception e) when (e is TimeoutException or GrainException { IsTransient: true } && tries < 10)
            {
                // Repeated.
            }
        }
    }
}
