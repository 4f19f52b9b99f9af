using System.Collections.Concurrent;
using System.Diagnostics;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Tests.Support;
using Vgpnn.Testing.Cluster;
using static Vgpnn.Testing.Cluster.MeasurementFactAttribute;

namespace Vgpnn.Grains.Tests;

/// <summary>The dispatcher's figures in docs/grains.md: jobs that compute nothing, on PostgreSQL, with all silos in this process.</summary>
public class Measurements
{
    [MeasurementFact]
    public async Task Empty_jobs_per_second()
    {
        for (short silos = 1; silos <= 3; silos++)
        {
            await using GrainCluster cluster = await StartAsync(silos);
            TestTenant tenant = await cluster.NewTenantAsync();
            for (int i = 0; i < silos; i++) cluster.StartWorker(tenant.Backend, slots: 4);
            await tenant.FinishedAsync(await tenant.SubmitAsync(100));
            const int jobs = 1_000;
            long start = Stopwatch.GetTimestamp();
            await tenant.FinishedAsync(await tenant.SubmitAsync(jobs));
            Report($"{silos} silos: {jobs / Stopwatch.GetElapsedTime(start).TotalSeconds:F0} empty jobs/s");
        }
    }

    [MeasurementFact]
    public async Task Time_from_submission_to_start()
    {
        const int queued = 20_000;
        await using GrainCluster cluster = await StartAsync(2);
        TestTenant loud = await cluster.NewTenantAsync();
        TestTenant quiet = new(cluster, (await cluster.NewTenantAsync()).Id) { Backend = loud.Backend };
        var started = new ConcurrentDictionary<string, long>();
        TestWorker worker = cluster.StartWorker(loud.Backend, slots: 2, options: new TestWorkerOptions
        {
            Script = job =>
            {
                started[job.Id] = Stopwatch.GetTimestamp();
                return job.Tenant == loud.Id ? j => Task.Delay(TimeSpan.FromMilliseconds(500), j.Stop) : null;
            },
        });
        await quiet.UploadAsync();
        Report($"submission to start, empty queue: {await MedianAsync():F1} ms");

        // Too large for the worker: they wait while its slots are free.
        string held = await loud.SubmitAsync(queued, memory: 16L << 30);
        Report($"submission to start, beside {queued} queued samples: {await MedianAsync():F1} ms");
        await loud.Request(held).Cancel();
        string running = await loud.SubmitAsync(queued);
        await Until.HoldsAsync("both slots are busy", () => worker.Running.Count == 2);
        Report($"first sample of another tenant, whose slots are held by {queued} samples of 500 ms each: {await MedianAsync():F1} ms");
        await loud.Request(running).Cancel();

        async Task<double> MedianAsync()
        {
            var times = new List<double>();
            for (int i = 0; i < 21; i++)
            {
                long start = Stopwatch.GetTimestamp();
                string request = await quiet.SubmitAsync();
                await quiet.FinishedAsync(request);
                times.Add(Stopwatch.GetElapsedTime(start, started[request]).TotalMilliseconds);
            }

            return Median(times);
        }
    }

    private static async Task<GrainCluster> StartAsync(short silos)
    {
        string connection = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var storage = StorageSetting.Parse($"postgres:{connection}", "unused");
        await Migrator.MigrateAsync(storage);
        return await GrainCluster.StartAsync(silos, storage: storage);
    }
}
