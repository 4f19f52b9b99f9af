using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;

namespace Vgpnn.Cluster.Tests;

/// <summary>Two silos of one slot each.</summary>
public sealed class WorkTests(WorkTests.Place place) : IClassFixture<WorkTests.Place>
{
    private readonly TestCluster _cluster = place.Cluster;

    [Fact]
    public async Task Silos_share_the_work_and_make_the_frames_of_the_plain_engine()
    {
        TestTenant tenant = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(12);
        await tenant.SucceedsAsync(request);
        Assert.All(Enumerable.Range(0, 12), i => Assert.Single(_cluster.Attempts(request, i)));
        Assert.Equal(2, _cluster.Attempts(request).Select(a => a.Silo).Distinct().Count());
        await _cluster.CheckAsync();
    }

    [Fact]
    public async Task Samples_of_a_request_decode_its_clip_once_on_each_silo()
    {
        TestTenant tenant = await _cluster.TenantAsync();
        double[] before = [await LookupsAsync("miss"), await LookupsAsync("hit")];
        Request request = await tenant.SubmitAsync(8, Effort.Tenths);
        await tenant.SucceedsAsync(request);
        int silos = _cluster.Attempts(request).Select(a => a.Silo).Distinct().Count();
        Assert.Equal([silos, 8 - silos], [await LookupsAsync("miss") - before[0], await LookupsAsync("hit") - before[1]]);
        await _cluster.CheckAsync();

        async Task<double> LookupsAsync(string result) =>
            (await Task.WhenAll(_cluster.Silos.Select(s => ClusterApi.MetricAsync(s, "vgpnn_level_cache_lookups_total", $"vgpnn_level_cache_result=\"{result}\"")))).Sum();
    }

    [Fact]
    public async Task Cancelled_samples_stop_at_once_keep_their_previews_and_free_their_slots()
    {
        TestTenant tenant = await _cluster.TenantAsync(await Effort.MinutesClipAsync()), other = await _cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(2, Effort.Minutes);
        for (int i = 0; i < 2; i++) await _cluster.UntilAsync("there is a preview", async () => (await tenant.SampleAsync(request, i)).Links.Preview is not null);
        Request next = await other.SubmitAsync(1);
        Assert.Equal(2, (await tenant.CancelAsync(request)).Samples.Cancelled);
        await other.SucceedsAsync(next);
        Assert.Equal(2, (await tenant.CancelAsync(request)).Samples.Cancelled);
        await _cluster.UntilAsync("both samples have stopped", () => Task.FromResult(_cluster.Attempts(request).All(a => a.Outcome is not null)));

        Sample sample = await tenant.SampleAsync(request);
        Assert.Equal(WorkState.Cancelled, sample.State);
        using HttpResponseMessage preview = await tenant.Api.TryAsync(_cluster.Silos[0], HttpMethod.Get, sample.Links.Preview!);
        Assert.Equal("image/webp", preview.Content.Headers.ContentType?.MediaType);
        await _cluster.CheckAsync();
    }

    public sealed class Place : IAsyncLifetime
    {
        internal TestCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Cluster = await TestCluster.PostgresAsync(("metrics", "true"), ("slots", "1"));
            await Cluster.StartAsync(2);
        }

        public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();
    }
}
