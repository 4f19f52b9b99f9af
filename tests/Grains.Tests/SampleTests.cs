using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests;

public class SampleTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Samples_have_the_bits_that_a_plain_program_makes(Database database)
    {
        await using Bundle bundle = await Bundle.NewAsync(database);
        string tenant = await bundle.TenantAsync();
        string video = await bundle.VideoAsync(tenant);
        RequestStatus request = await bundle.SubmitAsync(tenant, video, samples: 3);
        await using TestNode node = bundle.Node();
        await node.RunAllAsync();

        Assert.Equal(RequestState.Finished, (await bundle.Requests.GetAsync(tenant, request.RequestId)).State);
        IReadOnlyList<SampleStatus> samples = await SampleGrain.ListAsync(bundle.Store, tenant, request.RequestId, -1, 10);
        Assert.All(samples, s => Assert.Equal(SampleState.Succeeded, s.State));
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 7, 3), samples.Select(s => s.FramesSha256));
        await bundle.HoldsAsync();
    }

    /// <summary>docs/grains.md, "Recovery": the next activation goes on from the last checkpoint.</summary>
    [Fact]
    public async Task A_sample_that_was_handed_back_goes_on_from_its_checkpoint_with_the_same_bits()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        RequestStatus request = await bundle.SubmitAsync(tenant, await bundle.VideoAsync(tenant));
        await using TestNode first = bundle.Node("first"), second = bundle.Node("second");
        GrainKey grain = (await first.AdmitAsync())!.Value;
        await first.RunAsync(grain, handBack: new CancellationToken(canceled: true));

        SampleStatus waiting = await bundle.SampleAsync(tenant, request.RequestId);
        Assert.Equal(SampleState.Queued, waiting.State);
        Assert.NotNull(waiting.CheckpointKey);
        Assert.True(waiting.Level > 0);
        await bundle.HoldsAsync();

        await second.RunAllAsync();
        SampleStatus sample = await bundle.SampleAsync(tenant, request.RequestId);
        Assert.Equal((await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 7, 1))[0], sample.FramesSha256);
        Assert.Null(sample.CheckpointKey);
        await bundle.HoldsAsync();

        // The checkpoint's blob goes with the next sweep, and nothing else does.
        var sweeper = new Sweeper(bundle.Store, bundle.Blobs);
        Assert.True(await sweeper.SweepDeadAsync() > 0);
        Assert.Equal(0, await sweeper.SweepOrphansAsync(TimeSpan.Zero));
        Assert.True(File.Exists(bundle[Path.Combine("blobs", sample.VideoKey!)]));
        Assert.False(File.Exists(bundle[Path.Combine("blobs", waiting.CheckpointKey!)]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(-1)]
    public async Task A_checkpoint_that_was_lost_or_damaged_costs_time_and_nothing_else(int keep)
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        RequestStatus request = await bundle.SubmitAsync(tenant, await bundle.VideoAsync(tenant));
        await using TestNode node = bundle.Node();
        await node.RunAsync((await node.AdmitAsync())!.Value, handBack: new CancellationToken(canceled: true));
        string path = bundle[Path.Combine("blobs", (await bundle.SampleAsync(tenant, request.RequestId)).CheckpointKey!)];
        if (keep < 0) File.Delete(path);
        else await File.WriteAllBytesAsync(path, [.. (await File.ReadAllBytesAsync(path)).Take(keep), .. new byte[keep]]);

        await node.RunAllAsync();
        SampleStatus sample = await bundle.SampleAsync(tenant, request.RequestId);
        Assert.Equal((await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 7, 1))[0], sample.FramesSha256);
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task Settings_that_cannot_be_read_fail_the_sample_and_no_other()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoAsync(tenant);
        RequestStatus broken = await bundle.SubmitAsync(tenant, video), whole = await bundle.SubmitAsync(tenant, video);
        await bundle.Store.RunAsync(state => state.ExecuteAsync(
            "UPDATE requests SET settings = '{\"options\":{\"witchcraft\":1}}' WHERE request_id = @RequestId", new { broken.RequestId }));
        await using TestNode node = bundle.Node();
        await node.RunAllAsync();
        Assert.Equal("settings-unreadable", (await bundle.SampleAsync(tenant, broken.RequestId)).ErrorCode);
        Assert.Equal(SampleState.Succeeded, (await bundle.SampleAsync(tenant, whole.RequestId)).State);
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task What_is_no_video_fails_with_the_readers_words()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        VideoStatus video = await bundle.Videos.StoreAsync(tenant, "x.mp4", new MemoryStream(new byte[5000]));
        await using TestNode node = bundle.Node();
        await node.RunAllAsync();
        video = await bundle.Videos.GetAsync(tenant, video.VideoId);
        Assert.Equal(VideoState.Failed, video.State);
        Assert.NotNull(video.ErrorCode);
        Assert.Equal("video-failed", (await Assert.ThrowsAsync<GrainException>(() => bundle.SubmitAsync(tenant, video.VideoId))).Code);
        await bundle.HoldsAsync();
    }

    [Fact]
    public async Task A_sample_whose_blobs_cannot_be_written_is_tried_three_times()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        RequestStatus request = await bundle.SubmitAsync(tenant, await bundle.VideoAsync(tenant));
        string turns = bundle[Path.Combine("blobs", tenant, "turns", "sample")];
        await File.WriteAllTextAsync(turns, "a file where a directory has to be");
        await using TestNode node = bundle.Node();
        for (int i = 1; i <= LongTurns.MaxAttempts; i++)
        {
            await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET not_before = 0"));
            await node.RunAllAsync();
            await bundle.HoldsAsync();
        }

        SampleStatus sample = await bundle.SampleAsync(tenant, request.RequestId);
        Assert.Equal((SampleState.Failed, "blob-store"), (sample.State, sample.ErrorCode));
        Assert.Equal(LongTurns.MaxAttempts, await bundle.Store.RunAsync(s => s.ScalarAsync<int>("SELECT count(*) FROM activations WHERE grain LIKE 'sample/%'")));
    }
}
