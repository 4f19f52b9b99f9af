using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>Replaced attempts change nothing.</summary>
public class FencingTests
{
    private static readonly StoredBlob Late = new("late", 1, "hash");
    private static readonly JobFailure Failure = new("late", "too late");

    public static TheoryData<string> Calls => ["checkpoint", "drop", "preview", "end", "fail", "release"];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Replaced_attempt_of_a_sample_changes_nothing(string call)
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 1);
        ISampleGrain sample = tenant.Sample(request, 0);
        var job = JobKey.Sample(tenant.Id, request, 0);
        Assert.Equal(1, (await sample.Begin(new JobOrder { Id = "first", Job = job }, 1)).Attempt);
        Assert.Equal(2, (await sample.Begin(new JobOrder { Id = "second", Job = job }, 1)).Attempt);
        await sample.Checkpoint(2, 3, 0.5, new StoredBlob("good", 1, "hash"));
        SampleStatus before = await sample.Get();
        bool refused = await CallAsync(sample, 1, call);
        Assert.Equal(call != "release", refused);
        Assert.Equal(before, await sample.Get());
        Assert.Equal(SampleState.Running, (await tenant.Request(request).GetSample(0)).State);
        await sample.End(2, new SampleResult { Video = new StoredBlob("video", 7, "hash"), FramesSha256 = "frames" });

        // A replaced attempt changes nothing after the end of the sample either.
        before = await sample.Get();
        foreach (int attempt in new[] { 1, 2 })
            if (call != "end" || attempt == 1) Assert.Equal(call != "release", await CallAsync(sample, attempt, call));
        Assert.Equal(before, await sample.Get());
        Assert.Equal(1, (await tenant.FinishedAsync(request)).Succeeded);
    }

    [Fact]
    public async Task Replaced_attempt_of_an_ingest_changes_nothing()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        cluster.OnIngest(tenant.Id, gate.PassAsync);
        await tenant.StoreAsync("fish");
        await gate.Reached;
        string id = TestTenant.VideoId("fish");
        IVideoGrain video = tenant.Video(id);
        VideoJob second = await video.Begin(new JobOrder { Id = "second", Job = JobKey.Video(tenant.Id, id) }, 1);
        Assert.Equal(2, second.Attempt);
        var result = new IngestResult { Frames = 1, Height = 1, Width = 1, FrameRate = "1", Thumbnail = Late };
        Assert.True((await Assert.ThrowsAsync<GrainException>(() => video.End(1, result))).IsFenced);
        Assert.True((await Assert.ThrowsAsync<GrainException>(() => video.Fail(1, Failure, true))).IsFenced);
        await video.Release(1);
        Assert.Equal((VideoState.Ingesting, null), ((await video.Get()).State, (await video.Get()).Result));
        await video.End(2, result with { Frames = 8 });
        await video.End(2, result with { Frames = 8 });
        Assert.Equal((VideoState.Ready, 8), ((await video.Get()).State, (await video.Get()).Result!.Frames));
        gate.Open();
    }

    [Fact]
    public async Task Same_order_begins_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 1);
        var order = new JobOrder { Id = NewId.Make(), Job = JobKey.Sample(tenant.Id, request, 0) };
        SampleJob[] begun = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => tenant.Sample(request, 0).Begin(order, 0)));
        Assert.All(begun, b => Assert.Equal((JobDecision.Run, 1), (b.Decision, b.Attempt)));
        await tenant.Sample(request, 0).Release(1);
        Assert.Equal(2, (await tenant.Sample(request, 0).Begin(order with { Id = NewId.Make() }, 0)).Attempt);
    }

    [Fact]
    public async Task Repeated_end_of_an_attempt_is_counted_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 2);
        ISampleGrain sample = tenant.Sample(request, 0);
        await sample.Begin(new JobOrder { Id = NewId.Make(), Job = JobKey.Sample(tenant.Id, request, 0) }, 0);
        var result = new SampleResult { Video = new StoredBlob("video", 7, "hash"), FramesSha256 = "frames" };
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => sample.End(1, result)));
        RequestExamination state = await tenant.Request(request).Examine();
        Assert.Equal(("0", 7), (state.Succeeded, state.Bytes));
    }

    [Fact]
    public async Task Only_one_of_two_concurrent_completions_succeeds()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string request = await tenant.SubmitAsync(samples: 50);
        bool[][] wins = await Task.WhenAll(Enumerable.Range(0, 50).Select(async index =>
        {
            ISampleGrain sample = tenant.Sample(request, index);
            var job = JobKey.Sample(tenant.Id, request, index);
            await sample.Begin(new JobOrder { Id = NewId.Make(), Job = job }, 1);
            await sample.Begin(new JobOrder { Id = NewId.Make(), Job = job }, 1);
            return await Task.WhenAll(EndAsync(sample, 1), EndAsync(sample, 2));
        }));
        Assert.All(wins, w => Assert.Equal([false, true], w));
        Assert.Equal(50, (await tenant.FinishedAsync(request)).Succeeded);

        static async Task<bool> EndAsync(ISampleGrain sample, int attempt)
        {
            var result = new SampleResult { Video = new StoredBlob($"video {attempt}", attempt, "hash"), FramesSha256 = "frames" };
            return !await IsFencedAsync(() => sample.End(attempt, result));
        }
    }

    [Fact]
    public async Task Cancel_that_races_with_the_end_of_a_sample_leaves_one_final_state()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        cluster.StartWorker(tenant.Backend, slots: 8);
        for (int round = 0; round < 8; round++)
        {
            string request = await tenant.SubmitAsync(samples: 30);
            await Until.HoldsAsync("some samples are made", async () => (await tenant.Request(request).Get()).Succeeded > round);
            if (round % 2 == 0) await tenant.Request(request).Cancel();
            else await Task.WhenAll(Enumerable.Range(0, 30).Select(i => tenant.Request(request).CancelSample(i)));
            RequestStatus status = await tenant.FinishedAsync(request);
            Assert.Equal((30, 0), (status.Succeeded + status.Cancelled, status.Failed));
        }

        await tenant.AgreesAsync();
    }

    private static async Task<bool> CallAsync(ISampleGrain sample, int attempt, string call) => await IsFencedAsync(() => call switch
    {
        "checkpoint" => sample.Checkpoint(attempt, 1, 0.9, Late),
        "drop" => sample.DropCheckpoint(attempt),
        "preview" => sample.Preview(attempt, 0.9, new SamplePreview(1, 1, Late)),
        "end" => sample.End(attempt, new SampleResult { Video = Late, FramesSha256 = "late" }),
        "fail" => sample.Fail(attempt, Failure, true),
        _ => sample.Release(attempt),
    });

    private static async Task<bool> IsFencedAsync(Func<Task> call)
    {
        try
        {
            await call();
            return false;
        }
        catch (GrainException e) when (e.IsFenced)
        {
            return true;
        }
    }
}
