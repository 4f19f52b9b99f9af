using System.Text.Json.Nodes;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Maintenance;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>Retention, orphaned blobs, and the check of the stored state.</summary>
public class MaintenanceTests
{
    [Fact]
    public async Task Expired_requests_and_videos_are_deleted_and_others_are_not()
    {
        await using GrainCluster cluster = await GrainCluster.StartAsync(1);
        TestTenant tenant = await cluster.NewTenantAsync(new TenantLimits { RetentionHours = 1 }), keeper = await cluster.NewTenantAsync();
        cluster.StartWorker(tenant.Backend);
        cluster.StartWorker(keeper.Backend);
        string old = await tenant.SubmitAsync(), young = await tenant.SubmitAsync(), kept = await keeper.SubmitAsync();
        await tenant.UploadAsync("young");
        foreach ((TestTenant owner, string request) in new[] { (tenant, old), (tenant, young), (keeper, kept) }) await owner.FinishedAsync(request);
        await tenant.AgreesAsync();
        await keeper.AgreesAsync();
        foreach (TestTenant owner in new[] { tenant, keeper })
        {
            await AgeAsync(cluster, owner, CatalogKinds.Requests, old);
            await AgeAsync(cluster, owner, CatalogKinds.Requests, kept);
            await AgeAsync(cluster, owner, CatalogKinds.Videos, TestTenant.VideoId("fish"));
        }

        // The expired ones are not on the newest pages.
        foreach (int i in Enumerable.Range(0, 9_000).Chunk(300).Select(c => c[0]))
            await Task.WhenAll(Enumerable.Range(i, 300).Select(n => cluster.Grains.Catalog(tenant.Id, CatalogKinds.Requests).Add(new CatalogRow { Id = $"filler {n}" })));
        await cluster.Grains.Maintenance().Run();
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => tenant.Request(old).Get()));
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => tenant.Video(TestTenant.VideoId("fish")).Get()));
        Assert.Equal(1, (await tenant.Request(young).Get()).Succeeded);
        Assert.Equal(VideoState.Ready, (await tenant.Video(TestTenant.VideoId("young")).Get()).State);
        Assert.Equal(1, (await keeper.Request(kept).Get()).Succeeded);
        await tenant.QuietAsync();
        Assert.Equal((5_020 + 100, 5_020 + 100), ((await tenant.Grain.Get()).BytesStored, (await keeper.Grain.Get()).BytesStored));
    }

    [Fact]
    public async Task Orphaned_blobs_are_swept_and_needed_ones_never()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        var gate = new Gate();
        TestWorker worker = cluster.StartWorker(tenant.Backend, options: new TestWorkerOptions
        {
            Script = job => job.Index == 0 ? null : async fake =>
            {
                await fake.PreviewAsync();
                await fake.CheckpointAsync(3);
                await gate.PassAsync(fake);
                await fake.EndAsync();
            },
        });
        string request = await tenant.SubmitAsync(samples: 2), video = TestTenant.VideoId("fish");
        await gate.Reached;
        await Until.HoldsAsync("the first sample is made", () => worker.Ends.Count == 1);
        worker.Pause();
        await tenant.StoreAsync("deleted, but in use");
        string used = await tenant.UploadAsync("deleted, but in use"), other = NewId.Make();
        await tenant.Request(other).Submit(tenant.Draft(used, samples: 1_000));
        await tenant.Video(used).Delete();
        string[] needed = [.. cluster.Blobs.Keys($"{tenant.Id}/")];

        // Remains of interrupted uploads, lost attempts and deleted requests.
        string[] orphans =
        [
            BlobKeys.Upload(tenant.Id, "broken-off"),
            BlobKeys.Video(tenant.Id, video, 7, "thumbnail.webp"),
            BlobKeys.Sample(tenant.Id, request, 0, 1, "checkpoint-9"),
            BlobKeys.Sample(tenant.Id, request, 1, 7, "sample.mp4"),
            BlobKeys.Sample(tenant.Id, request, 77, 1, "sample.mp4"),
            BlobKeys.Sample(tenant.Id, "unknown", 0, 1, "sample.mp4"),
        ];
        foreach (string orphan in orphans) await cluster.Blobs.PutAsync(orphan, new MemoryStream(new byte[3]));
        var sweeper = new BlobSweeper(cluster.Grains, cluster.Blobs.Only($"{tenant.Id}/"));
        Assert.Equal(0, await sweeper.RunAsync(CancellationToken.None));
        cluster.Blobs.Age($"{tenant.Id}/", TimeSpan.FromDays(2));
        Assert.Equal(orphans.Length, await sweeper.RunAsync(CancellationToken.None));
        Assert.Equal(needed, cluster.Blobs.Keys($"{tenant.Id}/"));
        Assert.Equal(0, await sweeper.RunAsync(CancellationToken.None));

        // A sweep does not disturb running jobs.
        gate.Open();
        await tenant.FinishedAsync(request);
        await tenant.Request(other).Cancel();
        await tenant.AgreesAsync();
        Assert.Equal(0, worker.Ends.Count(e => e.End.Outcome == JobOutcome.Fenced && e.Job.Id == request));
    }

    [Fact]
    public async Task Check_finds_every_planted_problem_and_none_before()
    {
        await using GrainCluster cluster = await GrainCluster.StartAsync(1);
        TestTenant tenant = await cluster.NewTenantAsync();
        cluster.StartWorker(tenant.Backend);
        string request = await tenant.SubmitAsync(samples: 3);
        await tenant.FinishedAsync(request);
        await tenant.AgreesAsync();
        string sample = cluster.Blobs.Keys(BlobKeys.OfSample(tenant.Id, request, 0)).Single();
        Blob[] blobs = [new(sample, true), new(BlobKeys.Upload(tenant.Id, "planted"), false)];
        await cluster.Blobs.DeleteAsync(blobs[0].Key);
        await cluster.Blobs.PutAsync(blobs[1].Key, new MemoryStream([1]));
        cluster.Blobs.Age(blobs[1].Key, TimeSpan.FromDays(3));
        await FindsAsync($"blob {sample} is missing");
        await FindsAsync($"blob {blobs[1].Key} belongs to nothing");
        await PlantAsync("tenant", tenant.Grain, tenant.Id, s => s["settledBytes"] = 1, "bytes, but what it keeps has");
        await PlantAsync("request", tenant.Request(request), $"{tenant.Id}/{request}", s => s["bytes"] = 7, "counts 7 bytes, but its samples have 300");
        await PlantAsync("request", tenant.Request(request), $"{tenant.Id}/{request}", s => s["failed"] = "1", "samples in two final states");
        await PlantAsync("request", tenant.Request(request), $"{tenant.Id}/{request}", s => s["succeeded"] = "0-1", "2 of 3 samples are over, but finished is True");
        await PlantAsync("sample", tenant.Sample(request, 1), $"{tenant.Id}/{request}/1", s => s["result"] = null, "sample 1 has no result");
        await PlantAsync("sample", tenant.Sample(request, 1), $"{tenant.Id}/{request}/1", s => s["job"]!["open"] = true, "sample 1 is over, but an attempt is open");
        await PlantAsync(
            "tenant", tenant.Grain, tenant.Id, s => s["active"] = new JsonObject { ["request/ghost"] = new JsonObject { ["backend"] = "b", ["jobs"] = 1, ["bytes"] = 0, ["created"] = 0 } },
            "counts request/ghost, which is not in its lists");
        await PlantAsync("tenant", tenant.Grain, tenant.Id, s => s["deleting"] = new JsonArray("request/ghost"), "is still deleting request/ghost");
        await cluster.Grains.Catalog(tenant.Id, CatalogKinds.Requests).Add(new CatalogRow { Id = "phantom" });
        await FindsAsync("request " + tenant.Id + "/phantom is listed but does not exist");
        await cluster.Grains.Catalog(tenant.Id, CatalogKinds.Videos).Add(new CatalogRow { Id = "phantom" });
        await FindsAsync("video " + tenant.Id + "/phantom is listed but does not exist");

        async Task PlantAsync(string state, IGrainWithStringKey grain, string key, Action<JsonNode> plant, string expected)
        {
            string before = cluster.Storage.Read(state, key)!;
            await cluster.DeactivateAsync(grain);
            JsonNode json = JsonNode.Parse(before)!;
            plant(json);
            cluster.Storage.Overwrite(state, key, json.ToJsonString());
            await FindsAsync(expected);
            await cluster.DeactivateAsync(grain);
            cluster.Storage.Overwrite(state, key, before);
        }

        async Task FindsAsync(string expected) => Assert.Contains(await cluster.CheckAsync(tenant.Id), p => p.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Admission_whose_submission_broke_off_is_taken_back()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        long created = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await tenant.Grain.Admit(new Admission { Entry = "request/young", Backend = tenant.Backend, Jobs = 5, Created = created });
        await tenant.Grain.Admit(new Admission { Entry = "request/old", Backend = tenant.Backend, Jobs = 5, Created = created - 61_000 });
        await tenant.Grain.Tend();
        Assert.Equal(["request/young"], (await tenant.Grain.Examine()).Active);
    }

    private static async Task AgeAsync(GrainCluster cluster, TestTenant tenant, string kind, string id)
    {
        ICatalogGrain catalog = cluster.Grains.Catalog(tenant.Id, kind);
        if ((await catalog.List(new CatalogQuery { Search = id })).Rows is [{ } row]) await catalog.Update(row.Place, row.Row with { Ended = row.Row.Ended - (2 * 3_600_000) });
    }

    private sealed record Blob(string Key, bool Needed);
}
