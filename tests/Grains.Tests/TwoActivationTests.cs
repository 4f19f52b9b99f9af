using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>
/// Two clusters that share their state, but do not know each other: every grain can be active in both at once, as happens while
/// a partition of the network is being resolved.
/// </summary>
public class TwoActivationTests : IAsyncLifetime
{
    private GrainCluster _one = null!, _other = null!;

    private GrainCluster[] Both => [_one, _other];

    public async Task InitializeAsync()
    {
        _one = await GrainCluster.StartAsync(1);
        _other = await GrainCluster.StartAsync(1, sharing: _one);
    }

    public async Task DisposeAsync()
    {
        await _other.DisposeAsync();
        await _one.DisposeAsync();
    }

    [Fact]
    public async Task Two_activations_of_a_grain_change_its_state_as_one()
    {
        // One test, since the clusters take a while to start.
        await Only_one_of_two_activations_ends_a_sample();
        await Attempt_that_another_activation_replaced_changes_nothing();
        await Two_activations_of_a_request_count_every_sample_once();
        await Two_activations_of_a_tenant_admit_no_more_than_its_limit();
        await Two_activations_of_a_list_keep_all_rows();
        await Request_that_settled_at_an_outdated_activation_is_settled_in_the_end();
    }

    private async Task Only_one_of_two_activations_ends_a_sample()
    {
        (TestTenant tenant, string request) = await SubmitAsync(20);
        for (int index = 0; index < 20; index++)
        {
            var job = JobKey.Sample(tenant.Id, request, index);
            ISampleGrain[] samples = [.. Both.Select(c => c.Grains.Sample(tenant.Id, request, index))];
            var order = new JobOrder { Id = NewId.Make(), Job = job };
            Assert.Equal(1, (await samples[0].Begin(order, 0)).Attempt);
            Assert.Equal(1, (await samples[1].Begin(order, 0)).Attempt);

            // Both end the same attempt, and only one result counts; the loser is told the truth by what it reads.
            SampleResult[] results = [.. Enumerable.Range(0, 2).Select(i => new SampleResult { Video = new StoredBlob($"video {i}", 10 + i, "hash"), FramesSha256 = $"frames {i}" })];
            await Task.WhenAll(samples.Select((s, i) => QuotaTests.CodeAsync(() => s.End(1, results[i]))));
            SampleStatus[] states = [.. await Task.WhenAll(samples.Select(s => s.Get()))];
            Assert.All(states, s => Assert.Equal(SampleState.Succeeded, s.State));
        }

        await Until.HoldsAsync("the request is finished", async () => (await _one.Grains.Request(tenant.Id, request).Get()).IsFinished);
    }

    private async Task Attempt_that_another_activation_replaced_changes_nothing()
    {
        (TestTenant tenant, string request) = await SubmitAsync(1);
        ISampleGrain[] samples = [.. Both.Select(c => c.Grains.Sample(tenant.Id, request, 0))];
        var job = JobKey.Sample(tenant.Id, request, 0);
        Assert.Equal(1, (await samples[0].Begin(new JobOrder { Id = NewId.Make(), Job = job }, 1)).Attempt);
        Assert.Equal(2, (await samples[1].Begin(new JobOrder { Id = NewId.Make(), Job = job }, 1)).Attempt);

        // The first activation still believes in attempt 1.
        Assert.Equal("fenced", await QuotaTests.CodeAsync(() => samples[0].Checkpoint(1, 3, 0.5, new StoredBlob("late", 1, "hash"))));
        Assert.Equal("fenced", await QuotaTests.CodeAsync(() => samples[0].End(1, new SampleResult { Video = new StoredBlob("late", 1, "hash"), FramesSha256 = "late" })));
        await samples[1].End(2, new SampleResult { Video = new StoredBlob("video", 1, "hash"), FramesSha256 = "frames" });
        Assert.Equal("frames", (await samples[1].Get()).Result!.FramesSha256);
    }

    private async Task Two_activations_of_a_request_count_every_sample_once()
    {
        (TestTenant tenant, string request) = await SubmitAsync(100);
        await Task.WhenAll(Enumerable.Range(0, 100).SelectMany(index => Both.Select(async cluster =>
        {
            var sample = new SampleStatus
            {
                RequestId = request,
                SampleIndex = index,
                State = SampleState.Succeeded,
                Result = new SampleResult { Video = new StoredBlob($"video {index}", 3, "hash"), FramesSha256 = "frames" },
            };
            await cluster.Grains.Request(tenant.Id, request).Collect(sample);
        })));
        RequestExamination state = await _one.Grains.Request(tenant.Id, request).Examine();
        Assert.Equal(("0-99", 300, true), (state.Succeeded, state.Bytes, state.Finished));
    }

    private async Task Two_activations_of_a_tenant_admit_no_more_than_its_limit()
    {
        TestTenant tenant = await _one.NewTenantAsync(new TenantLimits { MaxQueued = 30 });
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        string?[] refusals = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => QuotaTests.CodeAsync(() => Both[i % 2].Grains.Tenant(tenant.Id).Admit(
            new Admission { Entry = $"request/{i}", Backend = tenant.Backend, Jobs = 2, Voxels = 1, Created = now }))));
        Assert.Equal(15, refusals.Count(r => r is null));
        Assert.Equal(15, (await _one.Grains.Tenant(tenant.Id).Examine()).Active.Count);
    }

    private async Task Two_activations_of_a_list_keep_all_rows()
    {
        string tenant = Tenants.TenantIds.Of(GrainCluster.NewName("list"));
        ICatalogGrain[] lists = [.. Both.Select(c => c.Grains.Catalog(tenant, CatalogKinds.Requests))];
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => lists[i % 2].Add(new CatalogRow { Id = $"row {i}" })));
        await _one.DeactivateAsync(lists[0]);
        foreach (int number in Enumerable.Range(0, 4)) await _one.DeactivateAsync(_one.Grains.GetGrain<ICatalogChunkGrain>($"{tenant}/{CatalogKinds.Requests}/{number}"));
        var rows = new List<PlacedRow>();
        for (CatalogPage page = await lists[0].List(new CatalogQuery()); ; page = await lists[0].List(new CatalogQuery { Before = page.Next }))
        {
            rows.AddRange(page.Rows);
            if (!page.More) break;
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"row {i}").Order(StringComparer.Ordinal), rows.Select(r => r.Row.Id).Order(StringComparer.Ordinal));
    }

    private async Task Request_that_settled_at_an_outdated_activation_is_settled_in_the_end()
    {
        (TestTenant tenant, string request) = await SubmitAsync(1);
        await _one.Grains.Request(tenant.Id, request).Cancel();

        // The other cluster's tenant was active before the request came, and does not know it.
        await _other.Grains.Tenant(tenant.Id).Get();
        await Until.HoldsAsync("the request has settled", async () => (await _one.Grains.Request(tenant.Id, request).Examine()).Settled);
        await tenant.AgreesAsync(tended: true);
    }

    private async Task<(TestTenant Tenant, string Request)> SubmitAsync(int samples)
    {
        TestTenant tenant = await _one.NewTenantAsync();
        return (tenant, await tenant.SubmitAsync(samples));
    }
}
