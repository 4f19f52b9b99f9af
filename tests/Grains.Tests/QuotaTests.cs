using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>Limits of tenants.</summary>
public class QuotaTests
{
    [Fact]
    public async Task Concurrent_submissions_never_exceed_the_limit_of_queued_samples()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync(new TenantLimits { MaxQueued = 10 });
        string video = await tenant.UploadAsync();
        string?[] refusals = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => await CodeAsync(() => tenant.Request(NewId.Make()).Submit(tenant.Draft(video, samples: 3)))));
        Assert.Equal((3, 47), (refusals.Count(r => r is null), refusals.Count(r => r == "quota-queued")));
        Assert.Equal(9, (await tenant.Grain.Get()).Queued);
        cluster.StartWorker(tenant.Backend);
        await tenant.AgreesAsync();
        Assert.Equal(0, (await tenant.Grain.Get()).Queued);
        Assert.Null(await CodeAsync(() => tenant.Request(NewId.Make()).Submit(tenant.Draft(video, samples: 10))));
        await tenant.AgreesAsync();
    }

    [Fact]
    public async Task Upload_is_refused_when_all_bytes_are_used_and_accepted_after_a_deletion()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync(new TenantLimits { MaxBytes = 10_100 });
        await tenant.UploadAsync("one");
        await tenant.UploadAsync("two");
        Assert.Equal("quota-bytes", await CodeAsync(() => tenant.StoreAsync("three")));
        await tenant.Video(TestTenant.VideoId("one")).Delete();
        await tenant.UploadAsync("three");
        await tenant.AgreesAsync();
        Assert.Equal(2 * 5_020, (await tenant.Grain.Get()).BytesStored);
    }

    [Fact]
    public async Task Concurrent_uploads_never_exceed_the_limit_of_bytes()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync(new TenantLimits { MaxBytes = 21_000 });
        string?[] refusals = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => CodeAsync(() => tenant.StoreAsync($"clip {i}"))));
        Assert.InRange(refusals.Count(r => r is null), 1, 4);
        Assert.All(refusals, r => Assert.True(r is null or "quota-bytes"));
        await tenant.AgreesAsync();
        Assert.InRange((await tenant.Grain.Get()).BytesStored, 1, 21_000);
    }

    [Fact]
    public async Task Request_with_too_many_voxels_is_refused()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync(new TenantLimits { MaxVoxels = 8 * 32 * 48 * 3 });
        string video = await tenant.UploadAsync();
        Assert.Equal("quota-voxels", await CodeAsync(() => tenant.Request(NewId.Make()).Submit(tenant.Draft(video, samples: 4))));
        Assert.Null(await CodeAsync(() => tenant.Request(NewId.Make()).Submit(tenant.Draft(video, samples: 3))));
    }

    [Fact]
    public async Task Tenant_never_runs_more_jobs_than_it_may()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync(new TenantLimits { MaxRunning = 2 });
        int running = 0, most = 0;
        TestWorker[] workers = [.. Enumerable.Range(0, 2).Select(_ => cluster.StartWorker(tenant.Backend, slots: 4, options: new TestWorkerOptions
        {
            Script = _ => async job =>
            {
                int now = Interlocked.Increment(ref running);
                if (now > Volatile.Read(ref most)) Volatile.Write(ref most, now);
                await job.CheckpointAsync(1);
                Interlocked.Decrement(ref running);
                await job.EndAsync();
            },
        }))];
        string request = await tenant.SubmitAsync(samples: 20);
        Assert.Equal(20, (await tenant.FinishedAsync(request)).Succeeded);
        Assert.Equal(2, most);
        Assert.Equal(20, workers.Sum(w => w.Begun.Count));
    }

    [Fact]
    public async Task Tenant_is_created_once_when_created_at_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        string name = GrainCluster.NewName("name"), id = Tenants.TenantIds.Of(name);
        CallerContext.ActForCluster();
        string?[] refusals = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CodeAsync(() => cluster.Grains.Tenant(id).Create(name, new TenantLimits()))));
        Assert.Equal((1, 9), (refusals.Count(r => r is null), refusals.Count(r => r == "name-taken")));
        CatalogPage tenants = await cluster.Grains.Tenants().List(new CatalogQuery { Search = name });
        Assert.Single(tenants.Rows);
    }

    internal static async Task<string?> CodeAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (GrainException e)
        {
            return e.Code;
        }
    }
}
