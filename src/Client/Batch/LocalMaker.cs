using System.Diagnostics;
using System.Globalization;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Client.Batch;

/// <summary>Makes a batch on this machine, line by line.</summary>
internal sealed class LocalMaker(MachineRequest machine, IRunReporter reporter) : IBatchMaker
{
    public int AtOnce => 1;

    public void Dispose()
    {
        // No state is kept between lines.
    }

    public async Task MakeAsync(BatchItem item, IReadOnlyList<int> missing, BatchDirectory directory, CancellationToken cancellation)
    {
        var request = new RunRequest(item.Input, item.Options, machine, item.Samples, item.Seed, missing);
        PreparedRun run = await PreparedRun.PrepareAsync(request, new Quiet(), cancellation);
        var workers = new Workers(machine.Threads, cancellation);
        run.Sampler.Prepare(workers);
        foreach (int index in missing)
        {
            long start = Stopwatch.GetTimestamp();
            string key = item.SampleKey(index);
            reporter.Stage($"{directory.Count} samples finished, making {key}");
            Clip clip = run.Sampler.Sample(item.Seed, index, workers);
            string comment = string.Create(CultureInfo.InvariantCulture, $"vgpnn ({run.EngineClass}), seed {item.Seed}, sample {index}");
            await ClipWriter.WriteAsync(clip, directory.VideoPath(key), ClipFormat.Mp4, comment, cancellation);
            directory.Add(SampleOf(item, index, clip.ContentHash(), Stopwatch.GetElapsedTime(start).TotalSeconds));
        }
    }

    /// <summary>The manifest's entry of a sample.</summary>
    public static BatchSample SampleOf(BatchItem item, int index, string framesSha256, double seconds) => new()
    {
        Key = item.SampleKey(index),
        Index = index,
        Line = item.Line,
        Application = item.Options.Application.ToWire(),
        Inputs = [.. item.Input.Inputs.Select(i => ManifestMaker.NameOf(i.Path))],
        Seed = item.Seed.ToString(CultureInfo.InvariantCulture),
        Settings = item.ToWire(),
        FramesSha256 = framesSha256,
        Seconds = Math.Round(seconds, 3),
    };

    // Batches have thousands of lines, so the events of a line are not reported.
    private sealed class Quiet : IRunReporter
    {
        public void Report(RunEvent what)
        {
        }

        public void Stage(string what)
        {
        }

        public void Dispose()
        {
        }
    }
}
