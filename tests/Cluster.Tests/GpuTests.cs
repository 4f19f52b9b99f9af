using System.Diagnostics;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Silo.Api.Requests;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>Silos with a GPU, or with PoCL.</summary>
public sealed class GpuTests
{
    private const int Samples = 16;

    [GpuFact]
    public async Task Samples_of_a_request_are_made_together_and_tenants_share_the_device()
    {
        await using TestCluster cluster = TestCluster.Sqlite(("device", "gpu"), ("slots", "2"));
        SiloProcess silo = await cluster.StartAsync();
        TestTenant one = await cluster.TenantAsync(), other = await cluster.TenantAsync();

        // The first job of a process runs alone.
        await EndsAsync(one, await one.SubmitAsync(1));
        Request request = await one.SubmitAsync(Samples), beside = await other.SubmitAsync(2, seed: 8);
        await EndsAsync(one, request);
        await EndsAsync(other, beside);
        IReadOnlyList<JobAttempt> attempts = cluster.Attempts(request);
        Assert.Equal(Samples, attempts.Count);
        Assert.Equal(Samples, Together(attempts));
        silo.Terminate();
        Assert.Equal(0, await silo.ExitAsync());
        await cluster.CheckAsync();
    }

    [GpuFact]
    public async Task Batch_of_a_killed_silo_is_made_by_another_with_the_same_frames()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("device", "gpu"), ("slots", "1"));
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(4, Clips.Quick with { Iterations = 20 });
        SiloProcess killed = await tenant.RunsAsync(request);
        killed.Kill();
        await EndsAsync(tenant, request);
        await cluster.CheckAsync();
    }

    // The largest number of attempts that ran at one moment.
    private static int Together(IReadOnlyList<JobAttempt> attempts) => attempts.Max(a => attempts.Count(b => Stopwatch.GetElapsedTime(Math.Min(a.Begun, b.Begun), Math.Max(a.Begun, b.Begun)) < TimeSpan.FromSeconds(2)));

    private static async Task EndsAsync(TestTenant tenant, Request request)
    {
        Request ended = await tenant.EndedAsync(request);
        IReadOnlyList<Sample> samples = await tenant.SamplesAsync(ended);
        Assert.All(samples, s => Assert.True(s.State == WorkState.Succeeded, $"{s.Index}: {s.Error}"));
        Assert.Equal(await Task.Run(() => Expected(ended, samples.Count)), samples.Select(s => s.FramesSha256));
    }

    // As a process makes them that has the device to itself.
    private static string[] Expected(Request request, int samples)
    {
        string path = Path.Combine(Path.GetTempPath(), $"vgpnn-clip-{Guid.NewGuid():N}.mp4");
        try
        {
            File.WriteAllBytes(path, Clips.SmallAsync().GetAwaiter().GetResult());
            Clip clip = ClipReader.ReadAsync(path).GetAwaiter().GetResult().Clip;
            using Device device = Device.Open(Devices.Find());
            var sampler = Sampler.Create([new SamplerInput(InputRole.Input, clip)], OptionTable.Default.Read(request.Settings, request.Application.FromWire(), []).Method, device: new GpuDevice(device));
            return [.. Enumerable.Range(0, samples).Select(i => sampler.Sample(request.Seed, i, new Workers(1)).ContentHash())];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
