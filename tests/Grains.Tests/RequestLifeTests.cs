using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>The life of a request, from its submission to its deletion.</summary>
public class RequestLifeTests
{
    [Fact]
    public async Task Request_makes_every_sample_once_and_settles_at_its_tenant()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        TestWorker worker = cluster.StartWorker(tenant.Backend);
        string request = await tenant.SubmitAsync(samples: 5);
        RequestStatus status = await tenant.FinishedAsync(request);
        Assert.Equal((5, 0, 0, 0), (status.Succeeded, status.Failed, status.Cancelled, status.Running));
        Assert.Equal([0, 1, 2, 3, 4], worker.Begun.Select(j => j.Job.Index).Order());
        IReadOnlyList<SampleStatus> samples = await tenant.Request(request).ListSamples(-1, 10);
        Assert.All(samples, s => Assert.Equal((SampleState.Succeeded, 1, 1.0), (s.State, s.Attempt, s.Fraction)));
        await tenant.AgreesAsync();
        TenantStatus usage = await tenant.Grain.Get();
        Assert.Equal((0, 0, 5_000 + 20 + 500), (usage.Queued, usage.Running, usage.BytesStored));
        CatalogRow row = (await cluster.Grains.Catalog(tenant.Id, CatalogKinds.Requests).List(new CatalogQuery())).Rows.Single().Row;
        Assert.Equal((request, "succeeded", "generation"), (row.Id, row.State, row.Kind));
    }

    [Fact]
    public async Task Request_submitted_by_many_at_once_exists_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string video = await tenant.UploadAsync(), request = NewId.Make();
        NewRequest draft = tenant.Draft(video, samples: 3, seed: null);
        RequestStatus[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => tenant.Request(request).Submit(draft)));
        Assert.Single(answers.Select(a => (a.Seed, a.CreatedAt)).Distinct());
        Assert.Single((await cluster.Grains.Catalog(tenant.Id, CatalogKinds.Requests).List(new CatalogQuery())).Rows);
        Assert.Equal(3, (await tenant.Grain.Get()).Queued);
        cluster.StartWorker(tenant.Backend);
        await tenant.FinishedAsync(request);
        Assert.Equal(answers[0].Seed, (await tenant.Request(request).Submit(draft)).Seed);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Request_is_refused_when_its_key_was_used_with_another_body()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync(), other = await cluster.NewTenantAsync();
        string video = await tenant.UploadAsync(), request = NewId.Make();
        await tenant.Request(request).Submit(tenant.Draft(video, samples: 3));
        GrainException refused = await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).Submit(tenant.Draft(video, samples: 4)));
        Assert.Equal("idempotency-conflict", refused.Code);

        // Another tenant's key is another key.
        string otherVideo = await other.UploadAsync();
        Assert.Equal(4, (await other.Request(request).Submit(other.Draft(otherVideo, samples: 4))).Samples);
        Assert.Equal(3, (await tenant.Request(request).Get()).Samples);
    }

    [Fact]
    public async Task Request_is_refused_without_trace_when_its_video_cannot_be_used()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string missing = TestTenant.VideoId("missing"), request = NewId.Make();
        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).Submit(tenant.Draft(missing)))).Code);
        using (cluster.CallFaults.Inject("IVideoGrain.Begin", tenant.Id, CallFault.Hold))
        {
            await tenant.StoreAsync("fish");
            string early = (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).Submit(tenant.Draft(TestTenant.VideoId("fish"))))).Code;
            Assert.Equal("video-not-ready", early);
        }

        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).Get())).Code);
        await tenant.AgreesAsync();
        await tenant.UploadAsync("fish");
        Assert.Equal(1, (await tenant.Request(request).Submit(tenant.Draft(TestTenant.VideoId("fish")))).Samples);
    }

    [Fact]
    public async Task Request_whose_video_failed_is_refused()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        cluster.OnIngest(tenant.Id, _ => throw new GrainException("video-damaged", "the video is damaged"));
        await tenant.StoreAsync("fish");
        string video = TestTenant.VideoId("fish");
        await Until.HoldsAsync("the ingest has failed", async () => (await tenant.Video(video).Get()).State == VideoState.Failed);
        Assert.Equal("video-failed", (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(NewId.Make()).Submit(tenant.Draft(video)))).Code);
        Assert.Equal("video-damaged", (await tenant.Video(video).Get()).Failure!.Code);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Cancelled_request_stops_running_samples_and_starts_no_more()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 2, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                await job.PreviewAsync();
                await job.CheckpointAsync(3);
                await gate.PassAsync(job);
            },
        });
        string request = await tenant.SubmitAsync(samples: 40);
        await Until.HoldsAsync("two samples run", () => worker.Begun.Count == 2);
        await gate.Reached;
        await Until.HoldsAsync(
            "the first sample has a preview", async () => (await tenant.Request(request).GetSample(worker.Begun.First().Job.Index)).Preview is not null);
        RequestStatus cancelled = await tenant.Request(request).Cancel();
        Assert.Equal((40, true), (cancelled.Cancelled, cancelled.IsFinished));
        await Until.HoldsAsync("the worker is empty", () => worker.Running.Count == 0);
        RequestStatus again = await tenant.Request(request).Cancel();
        Assert.Equal((40, cancelled.FinishedAt), (again.Cancelled, again.FinishedAt));
        SampleStatus begun = await tenant.Request(request).GetSample(worker.Begun.First().Job.Index);
        Assert.Equal(SampleState.Cancelled, begun.State);
        Assert.NotNull(begun.Preview);
        await tenant.AgreesAsync();
        Assert.Equal(2, worker.Started.Count);
        Assert.Equal(40, (await tenant.Request(request).ListSamples(-1, 100)).Count);
    }

    [Fact]
    public async Task Cancelling_a_finished_request_changes_nothing()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        cluster.StartWorker(tenant.Backend);
        string request = await tenant.SubmitAsync(samples: 2);
        RequestStatus finished = await tenant.FinishedAsync(request);
        Assert.Equal((2, 0, finished.FinishedAt), await CountsAsync(tenant.Request(request).Cancel()));
        Assert.Equal(SampleState.Succeeded, (await tenant.Request(request).CancelSample(1)).State);
        await tenant.AgreesAsync();

        static async Task<(int, int, long?)> CountsAsync(Task<RequestStatus> call)
        {
            RequestStatus status = await call;
            return (status.Succeeded, status.Cancelled, status.FinishedAt);
        }
    }

    [Fact]
    public async Task Cancelled_sample_leaves_the_others_of_its_request_alone()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 1, options: new TestWorkerOptions
        {
            Script = job => job.Index == 0 ? async fake =>
            {
                await fake.PreviewAsync();
                await gate.PassAsync(fake);
            }
            : null,
        });
        string request = await tenant.SubmitAsync(samples: 4);
        await gate.Reached;

        // A queued one, a running one, both repeated.
        Assert.Equal(SampleState.Cancelled, (await tenant.Request(request).CancelSample(2)).State);
        Assert.Equal(SampleState.Cancelled, (await tenant.Request(request).CancelSample(0)).State);
        Assert.Equal(SampleState.Cancelled, (await tenant.Request(request).CancelSample(2)).State);
        Assert.Equal(SampleState.Cancelled, (await tenant.Request(request).CancelSample(0)).State);
        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).CancelSample(4))).Code);
        RequestStatus status = await tenant.FinishedAsync(request);
        Assert.Equal((2, 2), (status.Succeeded, status.Cancelled));
        Assert.Equal([0, 1, 3], worker.Started.Select(o => o.Job.Index).Order());
        await tenant.AgreesAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deleted_request_leaves_nothing_behind(bool whileRunning)
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        if (!whileRunning) gate.Open();
        TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 2, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                await job.PreviewAsync();
                await job.CheckpointAsync(3);
                await gate.PassAsync(job);
                await job.EndAsync();
            },
        });
        string request = await tenant.SubmitAsync(samples: 5);
        if (whileRunning) await Until.HoldsAsync("two samples run", () => worker.Begun.Count == 2);
        else await tenant.FinishedAsync(request);
        await tenant.Request(request).Delete();
        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).Get())).Code);
        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).Delete())).Code);
        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).Cancel())).Code);
        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => tenant.Request(request).GetSample(0))).Code);
        Assert.Empty((await cluster.Grains.Catalog(tenant.Id, CatalogKinds.Requests).List(new CatalogQuery())).Rows);
        await Until.HoldsAsync("the worker is empty", () => worker.Running.Count == 0);
        await tenant.AgreesAsync();
        await Until.HoldsAsync("no state is left", () => cluster.Storage.Count("request", tenant.Id) + cluster.Storage.Count("sample", tenant.Id) == 0);
        Assert.Empty(cluster.Blobs.Keys($"{tenant.Id}/requests/"));
        Assert.Equal(5_020, (await tenant.Grain.Get()).BytesStored);
    }

    [Fact]
    public async Task Request_can_be_submitted_again_under_the_key_of_a_deleted_one()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        TestWorker worker = cluster.StartWorker(tenant.Backend);
        string url = $"https://{tenant.Id}.example/hook", request = await tenant.SubmitAsync(samples: 2, webhook: url);
        await tenant.FinishedAsync(request);
        await Until.HoldsAsync("the first webhook is sent", () => cluster.Webhooks.To(url).Count == 1);
        await tenant.Request(request).Delete();
        await tenant.QuietAsync();
        await tenant.SubmitAsync(samples: 3, webhook: url, request: request);
        Assert.Equal(3, (await tenant.FinishedAsync(request)).Succeeded);
        Assert.Equal(5, worker.Begun.Count);
        await Until.HoldsAsync("the second webhook is sent", () => cluster.Webhooks.To(url).Count == 2);
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Samples_are_listed_in_pages_without_gaps()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker worker = cluster.StartWorker(tenant.Backend, slots: 8, options: new TestWorkerOptions { Script = job => job.Index >= 40 ? gate.PassAsync : null });
        string request = await tenant.SubmitAsync(samples: 100);
        await Until.HoldsAsync("forty samples are made", async () => (await tenant.Request(request).Get()).Succeeded == 40);
        await tenant.Request(request).CancelSample(90);
        var listed = new List<SampleStatus>();
        for (IReadOnlyList<SampleStatus> page = await tenant.Request(request).ListSamples(-1, 7); page.Count > 0; page = await tenant.Request(request).ListSamples(page[^1].SampleIndex, 7))
            listed.AddRange(page);
        Assert.Equal(listed.Select(s => s.SampleIndex).Distinct().Order(), listed.Select(s => s.SampleIndex));
        Assert.Equal(Enumerable.Range(0, 40), listed.Where(s => s.State == SampleState.Succeeded).Select(s => s.SampleIndex));
        Assert.Equal(90, listed.Single(s => s.State == SampleState.Cancelled).SampleIndex);
        worker.Crash();
    }

    [Fact]
    public async Task Settings_that_cannot_be_read_fail_the_sample_and_no_other()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string video = await tenant.UploadAsync(), poisoned = NewId.Make();
        await tenant.Request(poisoned).Submit(tenant.Draft(video, settings: """{"options":{"unknown":1}}"""));
        string sound = await tenant.SubmitAsync();
        cluster.StartWorker(tenant.Backend, slots: 1, options: new TestWorkerOptions
        {
            Script = job => job.Id == poisoned ? _ => throw new GrainException("settings-unreadable", "the request's settings cannot be read") : null,
        });
        Assert.Equal(1, (await tenant.FinishedAsync(poisoned)).Failed);
        Assert.Equal("settings-unreadable", (await tenant.Request(poisoned).GetSample(0)).Failure!.Code);
        Assert.Equal(1, (await tenant.FinishedAsync(sound)).Succeeded);
        await tenant.AgreesAsync();
    }
}
