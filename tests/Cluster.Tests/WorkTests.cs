using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

public class WorkTests
{
    [Fact]
    public async Task Two_silos_share_the_work_and_make_the_frames_of_the_plain_engine()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(12);
        await tenant.SucceedsAsync(request);
        Assert.Equal(2, Enumerable.Range(0, 12).Select(i => Assert.Single(cluster.Attempts(request, i)).Silo).Distinct().Count());
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Samples_of_a_request_decode_its_clip_once_on_each_silo()
    {
        await using TestCluster cluster = TestCluster.Sqlite(("metrics", "true"), ("slots", "1"));
        SiloProcess silo = await cluster.StartAsync();
        TestTenant tenant = await cluster.TenantAsync();
        await tenant.SucceedsAsync(await tenant.SubmitAsync(3));
        Assert.Equal(1, await ClusterApi.MetricAsync(silo, "vgpnn_level_cache_lookups_total", "result=\"miss\""));
        Assert.Equal(2, await ClusterApi.MetricAsync(silo, "vgpnn_level_cache_lookups_total", "result=\"hit\""));
    }

    [Fact]
    public async Task Cancelled_sample_stops_at_once_keeps_its_preview_and_frees_its_slot()
    {
        // A level takes a minute.
        MethodOptions endless = Clips.Quick with { Iterations = 100, Search = SearchMethod.Exhaustive };
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"));
        await cluster.StartAsync();
        TestTenant tenant = await cluster.TenantAsync(clip: await Clips.MakeAsync(new Extent(12, 96, 128), 2));
        Request request = await tenant.SubmitAsync(1, endless), next = await tenant.SubmitAsync(1, Clips.Quick with { Iterations = 1 });
        await cluster.UntilAsync("there is a preview", async () => (await tenant.SampleAsync(request)).Links.Preview is not null);
        Assert.Equal(1, (await tenant.CancelAsync(request)).Samples.Cancelled);
        await tenant.SucceedsAsync(next);
        Assert.Equal(1, (await tenant.CancelAsync(request)).Samples.Cancelled);
        Assert.NotNull(Assert.Single(cluster.Attempts(request)).Outcome);

        Sample sample = await tenant.SampleAsync(request);
        Assert.Equal(WorkState.Cancelled, sample.State);
        using HttpResponseMessage preview = await tenant.Api.TryAsync(cluster.Silos[0], HttpMethod.Get, sample.Links.Preview!);
        Assert.Equal("image/png", preview.Content.Headers.ContentType?.MediaType);
        await cluster.CheckAsync();
    }
}
