using System.Diagnostics;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;
using static Vgpnn.Testing.Cluster.MeasurementFactAttribute;

namespace Vgpnn.Cluster.Tests;

/// <summary>Silos with their blobs in S3.</summary>
public class S3Tests
{
    [S3Fact]
    public async Task Samples_are_made_and_resumed_with_blobs_in_S3()
    {
        S3Server server = await S3Server.SharedAsync();
        await using TestCluster cluster = await TestCluster.PostgresAsync(("blobs", server.Setting($"{S3Server.NewName()}/some/prefix")));
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(1, Effort.Seconds);
        SiloProcess killed = await tenant.AdvancesAsync(request);
        killed.Kill();
        await tenant.SucceedsAsync(request);
        (int code, string said) = await cluster.RunAsync("doctor");
        Assert.True(code == 0, said);
        Assert.Contains("64 KiB written, read and deleted", said, StringComparison.Ordinal);
        await cluster.CheckAsync();
    }

    [MeasurementFact]
    public async Task Time_of_a_request_by_blob_store()
    {
        S3Server s3 = await S3Server.SharedAsync();
        string azure = (await AzuriteServer.SharedAsync()).ConnectionString;
        (string Store, (string, string)[] Settings)[] stores =
        [
            ("files", []), ("Azurite", [("blobs", $"azure:{azure};Container={AzuriteServer.NewName()}")]), ("S3", [("blobs", s3.Setting(S3Server.NewName()))]),
        ];
        foreach ((string store, (string, string)[] settings) in stores)
        {
            await using TestCluster cluster = TestCluster.Sqlite(settings);
            await cluster.StartAsync();
            TestTenant tenant = await cluster.TenantAsync();
            await tenant.SucceedsAsync(await tenant.SubmitAsync(2, Effort.Tenths));
            var times = new List<double>();
            for (int round = 0; round < 3; round++)
            {
                long start = Stopwatch.GetTimestamp();
                await tenant.EndedAsync(await tenant.SubmitAsync(4, Effort.Tenths));
                times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            Report($"4 samples of the small clip, blobs in {store}: {Median(times):F2} s");
        }
    }
}
