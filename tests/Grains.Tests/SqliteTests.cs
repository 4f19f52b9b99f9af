using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Storage;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>The life of requests over SQLite, as <c>vgpnn serve</c> stores them.</summary>
public class SqliteTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(StorageFault.FailBefore)]
    [InlineData(StorageFault.LoseAnswer)]
    public async Task Requests_live_and_end_on_sqlite(object? fault)
    {
        string directory = Directory.CreateTempSubdirectory("vgpnn-grains-").FullName;
        try
        {
            StorageSetting setting = StorageSetting.Parse("", directory);
            await Migrator.MigrateAsync(setting);
            await using GrainCluster cluster = await GrainCluster.StartAsync(1, storage: setting);
            TestTenant tenant = await cluster.NewTenantAsync();
            StorageFaults.Rule? rule = fault is null ? null : cluster.StorageFaults.Inject(null, tenant.Id, (StorageFault)fault, chance: 0.1);
            TestWorker worker = cluster.StartWorker(tenant.Backend);
            string request = await tenant.SubmitAsync(samples: 30);
            Assert.Equal(30, (await tenant.FinishedAsync(request)).Succeeded);
            string cancelled = await tenant.SubmitAsync(samples: 300);
            await Until.HoldsAsync("some samples are made", async () => (await tenant.Request(cancelled).Get()).Succeeded > 5);
            await tenant.Request(cancelled).Cancel();
            await tenant.AgreesAsync();

            // Everything is read again from the database.
            foreach (IGrainWithStringKey grain in new IGrainWithStringKey[] { tenant.Grain, tenant.Request(request), tenant.Request(cancelled), tenant.Sample(request, 0), tenant.Dispatcher })
                await cluster.DeactivateAsync(grain);
            RequestStatus status = await tenant.Request(request).Get();
            Assert.Equal((30, true), (status.Succeeded, status.IsFinished));
            Assert.Equal(30, (await tenant.Request(request).ListSamples(-1, 100)).Count(s => s.Result is not null));
            await tenant.AgreesAsync();
            await tenant.Request(request).Delete();
            await tenant.Request(cancelled).Delete();
            await tenant.Video(TestTenant.VideoId("fish")).Delete();
            await tenant.AgreesAsync();
            Assert.Equal(0, (await tenant.Grain.Get()).BytesStored);
            Assert.Empty(cluster.Blobs.Keys($"{tenant.Id}/"));
            if (rule is not null) Assert.True(rule.Hits > 0);
            Assert.Equal(0, worker.Ends.Count(e => e.End.Outcome == JobOutcome.Failed));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
