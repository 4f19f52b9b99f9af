using System.Diagnostics;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing.Cluster;
using static Vgpnn.Testing.Cluster.MeasurementFactAttribute;

namespace Vgpnn.Cluster.Tests;

/// <summary>The figures in docs/grains.md that need whole samples.</summary>
public class Measurements
{
    /// <summary>A clip of the size and length that the paper's short examples have.</summary>
    private static readonly Extent Small = new(13, 144, 256);

    /// <summary>Directory of real clips; <c>null</c> to use moving blobs instead.</summary>
    private static readonly string? Footage = Environment.GetEnvironmentVariable("VGPNN_FOOTAGE");

    /// <summary>Part of a Full-HD sample's work that is done when its finest level begins.</summary>
    private const double Finest = 0.66;

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
                Path.Combine(AppContext.BaseDirectory, "vgpnn.dll"), "generate", file, "--samples", $"{samples}", "--seed", "7", "--output",
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

        // The sample resumes from the last stored state; later work is lost.
        double fraction = 0, longest = 0;
        long stored = Stopwatch.GetTimestamp(), killed = 0;
        await cluster.UntilAsync("the sample is done", async () =>
        {
            Sample sample = await tenant.SampleAsync(request);
            long now = Stopwatch.GetTimestamp();
            if (sample.Fraction != fraction)
            {
                if (fraction > Finest && killed == 0) longest = Math.Max(longest, Stopwatch.GetElapsedTime(stored, now).TotalSeconds);
                (fraction, stored) = (sample.Fraction, now);
            }

            if (killed == 0 && fraction > Finest + 0.1)
            {
                (await tenant.RunsAsync(request)).Kill();
                killed = Stopwatch.GetTimestamp();
                Report($"Full HD: {Stopwatch.GetElapsedTime(stored, killed).TotalSeconds:F1} s of work lost by a kill in the finest level; the longest time between two checkpoints in it was {longest:F1} s");
            }

            return sample.State == WorkState.Succeeded;
        });
        Report($"Full HD: begun again {Stopwatch.GetElapsedTime(killed, cluster.Attempts(request)[1].Begun).TotalSeconds:F1} s after the kill, done after {Stopwatch.GetElapsedTime(killed).TotalSeconds:F1} s");
        await tenant.SucceedsAsync(request);
        await cluster.CheckAsync();
    }
}
