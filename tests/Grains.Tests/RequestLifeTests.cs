using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

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
}
