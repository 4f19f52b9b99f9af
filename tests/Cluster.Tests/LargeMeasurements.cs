using System.Diagnostics;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;
using static Vgpnn.Cluster.Tests.Support.MeasurementFactAttribute;

namespace Vgpnn.Cluster.Tests;

/// <summary>The figures of docs/grains.md that take real clips, and minutes.</summary>
public class LargeMeasurements
{
    [MeasurementFact]
    public async Task A_node_with_six_gigabytes_runs_as_many_Full_HD_samples_as_fit_and_small_ones_beside()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "24"), ("memoryMegabytes", "6144"));
        await cluster.StartAsync();
        (string large, string ofLarge) = await cluster.TenantAsync("large", await ClipAsync(new Extent(13, 1080, 1920)));
        (string small, string ofSmall) = await cluster.TenantAsync("small");
        RequestStatus big = await cluster.SubmitAsync(large, ofLarge, 8, new MethodOptions());
        await cluster.UntilAsync("Full HD is at work", async () => await RunningAsync(big) > 0);
        RequestStatus quick = await cluster.SubmitAsync(small, ofSmall, 20);
        long most = 0, mostBytes = 0;
        await cluster.UntilAsync("the small ones are done", async () =>
        {
            most = Math.Max(most, await RunningAsync(big));
            mostBytes = Math.Max(mostBytes, await cluster.ScalarAsync<long>("SELECT COALESCE(sum(bytes), 0)::bigint FROM turns WHERE state = 'running'"));
            return (await cluster.Requests.GetAsync(small, quick.RequestId)).State == RequestState.Finished;
        });
        long each = await cluster.ScalarAsync<long>("SELECT bytes FROM requests WHERE request_id = @RequestId", new { big.RequestId });
        Assert.InRange(mostBytes, 1, 6144L << 20);
        Assert.InRange(most, 1, (6144L << 20) / each);
        await cluster.Requests.CancelAsync(large, big.RequestId);
        Report($"6 GiB: at most {most} Full-HD samples of {each >> 20} MiB at once, {mostBytes >> 20} MiB promised in all; 20 small samples done beside them");

        Task<long> RunningAsync(RequestStatus request) => cluster.ScalarAsync<long>(
            "SELECT count(*) FROM turns WHERE state = 'running' AND grain LIKE @of", new { of = $"sample/{request.RequestId}%" });
    }

    /// <summary>By turns, because the machine is not always equally fast. VGPNN_CLIP names the clip, VGPNN_SAMPLES how many a turn makes (20).</summary>
    [MeasurementFact]
    public async Task Overhead_over_the_plain_program()
    {
        const int Rounds = 3;
        byte[] clip = await ClipAsync(new Extent(30, 144, 256));
        int samples = int.Parse(Environment.GetEnvironmentVariable("VGPNN_SAMPLES") ?? "20", null);
        int threads = Environment.ProcessorCount;
        await using TestCluster cluster = await TestCluster.PostgresAsync(
            ("slots", "1"), ("threads", $"{threads}"), ("checkInSeconds", "2"), ("thresholdSeconds", "6"));
        await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync(clip: clip);
        double[] service = new double[Rounds], plain = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            RequestStatus request = await cluster.SubmitAsync(tenant, video, samples, new MethodOptions());
            await cluster.FinishedAsync(tenant, request.RequestId);
            service[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            plain[round] = await PlainAsync();
        }

        double ratio = service.Zip(plain, (s, p) => s / p).Order().ElementAt(Rounds / 2);
        for (int round = 0; round < Rounds; round++)
            Report($"{samples} samples on {threads} threads: {plain[round]:F1} s by the plain program, {service[round]:F1} s by one node");
        Report($"overhead, the median of {Rounds} rounds: {ratio - 1:P1}");

        async Task<double> PlainAsync()
        {
            string directory = Directory.CreateTempSubdirectory("vgpnn-overhead-").FullName;
            await File.WriteAllBytesAsync(Path.Combine(directory, "clip.mp4"), clip);
            long start = Stopwatch.GetTimestamp();
            using Process program = Process.Start(new ProcessStartInfo(
                "dotnet", [Path.Combine(AppContext.BaseDirectory, "vgpnn.dll"), "generate", "clip.mp4", "-n", $"{samples}", "--seed", "7", "--threads", $"{threads}", "-o", "out"])
            {
                WorkingDirectory = directory,
                RedirectStandardError = true,
            })!;
            await program.StandardError.ReadToEndAsync();
            await program.WaitForExitAsync();
            Assert.Equal(0, program.ExitCode);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Directory.Delete(directory, recursive: true);
            return seconds;
        }
    }

    /// <summary>VGPNN_CLIP names the clip; without it a rendered one of Full HD.</summary>
    [MeasurementFact]
    public async Task Full_HD_killed_in_its_finest_level()
    {
        byte[] clip = await ClipAsync(new Extent(13, 1080, 1920));
        await using TestCluster cluster = await TestCluster.PostgresAsync(
            ("slots", "1"), ("threads", $"{Environment.ProcessorCount}"), ("checkpointSeconds", "1"), ("memoryMegabytes", "6144"));
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync(clip: clip);
        string[] expected = Environment.GetEnvironmentVariable("VGPNN_EXPECTED") is { } known
            ? [known]
            : await Clips.ExpectedAsync(clip, new MethodOptions(), 7, 1);
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 1, new MethodOptions());
        Report($"Full HD: {await cluster.ScalarAsync<long>("SELECT max(bytes) FROM requests") >> 20} MiB promised for a sample");
        long sawLevel = 0, last = 0;
        string? key = null;
        await UntilLongAsync(async () =>
        {
            SampleStatus now = await cluster.SampleAsync(tenant, request.RequestId);
            Assert.True(now.State is SampleState.Queued or SampleState.Running, "it was over before it could be killed");
            if (now.CheckpointKey != key)
            {
                key = now.CheckpointKey;
                last = await cluster.ScalarAsync<long>("SELECT {now}");
                if (now.Level == 0) sawLevel++;
            }

            // Within the finest level, and some time after a checkpoint.
            return sawLevel > 0 && await cluster.ScalarAsync<long>("SELECT {now}") - last > 2000;
        });
        SiloProcess runner = (await cluster.RunnerAsync(request.RequestId))!;
        long killed = await cluster.ScalarAsync<long>("SELECT {now}");
        runner.Kill();
        long bytes = await cluster.ScalarAsync<long>("SELECT bytes FROM blobs WHERE blob_key = @key", new { key });
        long written = await cluster.ScalarAsync<long>("SELECT created_at FROM blobs WHERE blob_key = @key", new { key });
        Report($"Full HD: killed in its finest level; checkpoint {key![(key!.LastIndexOf('/') + 1)..]} of {bytes / 1e6:F0} MB, {(killed - written) / 1000.0:F1} s old: that much work is lost");
        await UntilLongAsync(async () => (await cluster.Requests.GetAsync(tenant, request.RequestId)).State == RequestState.Finished);
        Assert.Equal(expected, await cluster.HashesAsync(tenant, request.RequestId));
        await cluster.HoldsAsync();
        Report($"Full HD: the same frames");

        static async Task UntilLongAsync(Func<Task<bool>> condition)
        {
            while (!await condition()) await Task.Delay(50);
        }
    }

    /// <summary>The clip that VGPNN_CLIP names; without it a rendered one.</summary>
    internal static async Task<byte[]> ClipAsync(Extent size)
    {
        if (Environment.GetEnvironmentVariable("VGPNN_CLIP") is { } path) return await File.ReadAllBytesAsync(path);
        string file = Path.Combine(Path.GetTempPath(), $"vgpnn-{Guid.NewGuid():N}.mp4");
        await Synthesis.Media.ClipWriter.WriteAsync(
            Synthesis.Media.Clip.FromVolume(SyntheticScene.Render(size, 0, new Workers(2)), new Synthesis.Media.FrameRate(15, 1)), file, Synthesis.Media.ClipFormat.Mp4);
        byte[] content = await File.ReadAllBytesAsync(file);
        File.Delete(file);
        return content;
    }
}
