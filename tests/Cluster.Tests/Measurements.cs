using System.Diagnostics;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;
using static Vgpnn.Testing.Cluster.MeasurementFactAttribute;

namespace Vgpnn.Cluster.Tests;

/// <summary>The figures in docs/grains.md that take whole samples.</summary>
public class Measurements
{
    /// <summary>A clip of the size and length that the paper's short examples have.</summary>
    private static readonly Extent Small = new(13, 144, 256);

    /// <summary>Real clips, where there are some; else moving blobs serve.</summary>
    private static readonly string? Footage = Environment.GetEnvironmentVariable("VGPNN_FOOTAGE");

    private static readonly Extent FullHd = new(13, 1080, 1920);

    [MeasurementFact]
    public async Task Overhead_over_the_command_line()
    {
        const int samples = 20, rounds = 3;
        byte[] clip = Footage is null ? await Clips.MakeAsync(Small, 3) : await File.ReadAllBytesAsync(Path.Combine(Footage, "generation/lions_144p.mp4"));
        await using TestCluster cluster = TestCluster.Sqlite(("slots", "1"), ("threads", "2"), ("checkpointSeconds", "5"));
        await cluster.StartAsync();
        TestTenant tenant = await cluster.TenantAsync(clip);
        string directory = Directory.CreateTempSubdirectory("vgpnn-measure-").FullName;
        string file = Path.Combine(directory, "clip.mp4");
        await File.WriteAllBytesAsync(file, clip);
        var overheads = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            double plain = await CommandLineAsync(), service = await ServiceAsync((ulong)round);
            overheads.Add(service / plain);
            Report($"{samples} samples of {Small}: {plain:F1} s by the command line, {service:F1} s by a silo");
        }

        Directory.Delete(directory, recursive: true);
        Report($"overhead over the command line: {100 * (Median(overheads) - 1):F1} %");

        async Task<double> CommandLineAsync()
        {
            long start = Stopwatch.GetTimestamp();
            string[] arguments =
            [
                Path.Combine(AppContext.BaseDirectory, "vgpnn.dll"), "generate", file, "--num-samples", $"{samples}", "--seed", "7", "--output",
                Path.Combine(directory, "out"), "--overwrite", "--threads", "2",
            ];
            using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            string[] said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, said[1]);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        async Task<double> ServiceAsync(ulong seed)
        {
            long start = Stopwatch.GetTimestamp();
            Request ended = await tenant.EndedAsync(await tenant.SubmitAsync(samples, new MethodOptions(), seed));
            Assert.Equal(samples, ended.Samples.Succeeded);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    [MeasurementFact]
    public async Task Work_lost_when_a_Full_HD_sample_is_killed_in_its_finest_level()
    {
        byte[] clip = await Clips.MakeAsync(FullHd, 3);
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"), ("threads", "2"), ("checkpointSeconds", "1"));
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync(clip);
        Request request = await tenant.SubmitAsync(1, new MethodOptions());
        Sample before = null!;

        // The finest level is nearly all of the work: a fifth of the whole is within it.
        await cluster.UntilAsync("the finest level is under way", async () => (before = await tenant.SampleAsync(request)).Fraction > 0.5);
        SiloProcess killed = await tenant.RunsAsync(request);
        long began = cluster.Attempts(request)[0].Begun, start = Stopwatch.GetTimestamp();
        double rate = before.Fraction / Stopwatch.GetElapsedTime(began, start).TotalSeconds;
        killed.Kill();
        double resumedAt = 0;
        long resumed = 0;
        await cluster.UntilAsync("the sample is resumed", async () =>
        {
            if (cluster.Attempts(request).Count < 2) return false;
            if (resumed == 0) resumed = Stopwatch.GetTimestamp();
            return cluster.Attempts(request)[1].Outcome is not null || ((resumedAt = (await tenant.SampleAsync(request)).Fraction) > 0 && resumedAt != before.Fraction);
        });
        Report($"Full HD: killed at {100 * before.Fraction:F1} %, begun again after {Stopwatch.GetElapsedTime(start, resumed).TotalSeconds:F1} s, first progress afterwards {100 * resumedAt:F1} %");
        Report($"Full HD: about {Math.Max(0, before.Fraction - resumedAt) / rate:F1} s of work lost");
        await tenant.SucceedsAsync(request);
        await cluster.CheckAsync();
    }
}
