using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

public class RequestTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Fifty_that_submit_with_one_key_get_one_request(Database database)
    {
        await using Bundle bundle = await Bundle.NewAsync(database);
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoRowAsync(tenant);
        RequestStatus[] all = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => bundle.SubmitAsync(tenant, video, key: "k"))));
        Assert.Single(all.Select(r => r.RequestId).Distinct());
        Assert.Equal("idempotency-conflict", (await Assert.ThrowsAsync<GrainException>(() => bundle.SubmitAsync(tenant, video, samples: 2, key: "k"))).Code);

        string other = await bundle.TenantAsync("b");
        Assert.NotEqual(all[0].RequestId, (await bundle.SubmitAsync(other, await bundle.VideoRowAsync(other), key: "k")).RequestId);
        await bundle.HoldsAsync();
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Fifty_that_race_for_the_last_place_get_one(Database database)
    {
        await using Bundle bundle = await Bundle.NewAsync(database);
        string tenant = await bundle.TenantAsync(limits: new TenantLimits { MaxQueued = 10 }), video = await bundle.VideoRowAsync(tenant);
        await bundle.SubmitAsync(tenant, video, samples: 9);
        int won = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            try
            {
                await bundle.SubmitAsync(tenant, video);
                Interlocked.Increment(ref won);
            }
            catch (GrainException e) when (e.Code == "quota-queued")
            {
                // Too late.
            }
        })));
        Assert.Equal(1, won);
        Assert.Equal(10, (await bundle.Tenants.GetAsync(tenant)).Queued);
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task What_a_request_may_be_is_bounded()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync(limits: new TenantLimits { MaxVoxels = 8 * 32 * 48 * 2, MaxBytes = 10 });
        string video = await bundle.VideoRowAsync(tenant);
        Assert.Equal("quota-voxels", (await Assert.ThrowsAsync<GrainException>(() => bundle.SubmitAsync(tenant, video, samples: 3))).Code);
        Assert.Equal("samples-out-of-range", (await Assert.ThrowsAsync<GrainException>(() => bundle.SubmitAsync(tenant, video, samples: 0))).Code);
        await Assert.ThrowsAsync<Grains.Blobs.BlobException>(() => bundle.Videos.StoreAsync(tenant, "x", new MemoryStream(new byte[11])));
        await bundle.SubmitAsync(tenant, video, samples: 2);
    }

    [Fact]
    public async Task Another_tenants_things_are_not_there()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string a = await bundle.TenantAsync("a"), b = await bundle.TenantAsync("b"), video = await bundle.VideoRowAsync(a);
        RequestStatus request = await bundle.SubmitAsync(a, video);
        Func<string, Task>[] calls =
        [
            id => bundle.Requests.GetAsync(b, id),
            id => bundle.Requests.CancelAsync(b, id),
            id => bundle.Requests.DeleteAsync(b, id),
            id => bundle.SampleAsync(b, id),
            id => SampleGrain.CancelAsync(bundle.Store, b, id, 0),
        ];
        foreach (Func<string, Task> call in calls)
        {
            GrainException foreign = await Assert.ThrowsAsync<GrainException>(() => call(request.RequestId));
            GrainException unknown = await Assert.ThrowsAsync<GrainException>(() => call("unknown"));
            Assert.Equal((unknown.Code, unknown.Message), (foreign.Code, foreign.Message));
        }

        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => bundle.SubmitAsync(b, video))).Code);
        Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => bundle.Videos.DeleteAsync(b, video))).Code);
    }

    [Fact]
    public async Task Many_samples_are_few_rows_until_their_turn_comes_near()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync(limits: new TenantLimits { MaxQueued = 2_000_000 });
        RequestStatus request = await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant), samples: 1_000_000);
        Assert.Equal(RequestGrain.Window, (await SampleGrain.ListAsync(bundle.Store, tenant, request.RequestId, -1, 1000)).Count);
        Assert.Equal(SampleState.Queued, (await bundle.SampleAsync(tenant, request.RequestId, 999_999)).State);
        await SampleGrain.CancelAsync(bundle.Store, tenant, request.RequestId, 999_999);
        await SampleGrain.CancelAsync(bundle.Store, tenant, request.RequestId, RequestGrain.Window);
        await bundle.HoldsAsync();

        await using TestNode node = bundle.Node(slots: 40, memory: 1L << 40);
        for (int i = 0; i < 40; i++) await node.BeginAsync();
        await bundle.HoldsAsync();
        Assert.Equal(1_000_000 - 1, (await SampleGrain.ListAsync(bundle.Store, tenant, request.RequestId, 100, 1000)).Single().SampleIndex);

        RequestStatus cancelled = await bundle.Requests.CancelAsync(tenant, request.RequestId);
        Assert.Equal((RequestState.Finished, 1_000_000), (cancelled.State, cancelled.Cancelled));
        Assert.Equal(SampleState.Cancelled, (await bundle.SampleAsync(tenant, request.RequestId, 5000)).State);
        await bundle.HoldsAsync();
    }

    [Theory]
    [InlineData(Database.Sqlite, 30)]
    [InlineData(Database.Postgres, 150)]
    public async Task Cancelling_races_with_the_end_and_one_of_them_wins(Database database, int rounds)
    {
        await using Bundle bundle = await Bundle.NewAsync(database);
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoRowAsync(tenant);
        await using TestNode node = bundle.Node();
        for (int i = 0; i < rounds; i++)
        {
            RequestStatus request = await bundle.SubmitAsync(tenant, video);
            Activation held = await node.BeginAsync();
            Task<SampleStatus> cancel = Task.Run(() => SampleGrain.CancelAsync(bundle.Store, tenant, request.RequestId, 0));
            bool failed = await Task.Run(async () =>
            {
                try
                {
                    await LongTurns.FailAsync(held, "x", "x");
                    return true;
                }
                catch (FencedException)
                {
                    return false;
                }
            });
            await cancel;
            SampleStatus sample = await bundle.SampleAsync(tenant, request.RequestId);
            Assert.Equal(failed ? SampleState.Failed : SampleState.Cancelled, sample.State);
            RequestStatus status = await bundle.Requests.CancelAsync(tenant, request.RequestId);
            Assert.Equal((RequestState.Finished, 1), (status.State, status.Failed + status.Cancelled));
            node.Capacity.Release(held.Grain);
        }

        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task A_video_that_is_deleted_while_in_use_goes_when_the_request_is_finished()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoAsync(tenant);
        string original = bundle[Path.Combine("blobs", (await bundle.Videos.GetAsync(tenant, video)).OriginalKey)];
        RequestStatus request = await bundle.SubmitAsync(tenant, video, samples: 2);
        await bundle.Videos.DeleteAsync(tenant, video);
        await Assert.ThrowsAsync<GrainException>(() => bundle.Videos.GetAsync(tenant, video));
        await Assert.ThrowsAsync<GrainException>(() => bundle.SubmitAsync(tenant, video));
        var sweeper = new Sweeper(bundle.Store, bundle.Blobs);
        await sweeper.SweepDeadAsync();
        Assert.True(File.Exists(original));

        await using TestNode node = bundle.Node();
        await node.RunAllAsync();
        Assert.Equal(2, (await bundle.Requests.GetAsync(tenant, request.RequestId)).Succeeded);
        await sweeper.SweepDeadAsync();
        Assert.False(File.Exists(original));
        Assert.Equal(0, await sweeper.SweepOrphansAsync(TimeSpan.Zero));
        await bundle.HoldsAsync();

        await bundle.Requests.DeleteAsync(tenant, request.RequestId);
        await sweeper.SweepDeadAsync();
        Assert.Empty(Directory.EnumerateFiles(bundle["blobs"], "*", SearchOption.AllDirectories));
        Assert.Equal(0, (await bundle.Tenants.GetAsync(tenant)).BytesStored);
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task The_same_content_is_stored_once()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string a = await bundle.TenantAsync("a"), b = await bundle.TenantAsync("b");
        VideoStatus first = await bundle.Videos.StoreAsync(a, "x", new MemoryStream([1, 2, 3]));
        Assert.Equal(first.VideoId, (await bundle.Videos.StoreAsync(a, "y", new MemoryStream([1, 2, 3]))).VideoId);
        Assert.NotEqual(first.VideoId, (await bundle.Videos.StoreAsync(b, "x", new MemoryStream([1, 2, 3]))).VideoId);
        Assert.Equal(2, Directory.EnumerateFiles(bundle["blobs"], "*", SearchOption.AllDirectories).Count());
    }
}
