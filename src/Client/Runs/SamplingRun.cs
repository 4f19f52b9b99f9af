using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>
/// Makes and writes samples. After each sample, manifest and page are complete and list exactly the finished samples, however
/// the run ends.
/// </summary>
/// <param name="run">The prepared run.</param>
/// <param name="output">The output settings.</param>
/// <param name="reporter">Receives every event.</param>
/// <param name="recorded">Expected hashes of the samples' frames by index; <c>null</c> if unknown.</param>
internal sealed class SamplingRun(
    PreparedRun run, OutputRequest output, IRunReporter reporter, IReadOnlyDictionary<int, string>? recorded = null)
{
    /// <summary>Minimum interval between writes of the manifest, so that runs with many quick samples are not slowed.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(1);

    private readonly ResultDirectory _directory = new(output.Directory);
    private readonly List<int> _different = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastSave;
    private RunManifest _manifest = ManifestMaker.Begin(run, output, DateTimeOffset.UtcNow);

    /// <summary>Makes all samples of the request.</summary>
    /// <exception cref="RunInterruptedException">The run was cancelled; finished samples are kept.</exception>
    /// <exception cref="NotIdenticalException">The frames of a sample differ from the recorded ones; all samples were written.</exception>
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        reporter.Report(run.ToEvent(_directory.Path));
        run.Sampler.Prepare(new Workers(run.Request.Machine.Threads, cancellation), ReportPreparation);
        _directory.Create();
        var writer = new SampleWriter(_directory, output.Format);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // The coarse levels of the first sample leave cores idle.
        Task beginning = Task.Run(() => BeginAsync(writer, stop), CancellationToken.None);
        try
        {
            var progress = new RunProgress(run, reporter);
            foreach (int[] indices in run.Request.Indices.Chunk(run.Sampler.BatchSize))
            {
                await foreach ((ManifestSample sample, int position) in MakeAsync(indices, writer, progress, stop.Token))
                {
                    await beginning;
                    _manifest = _manifest with { Samples = [.. _manifest.Samples, sample] };
                    if (Stopwatch.GetElapsedTime(_lastSave) > SaveInterval) Save(RunStatus.Running);
                    ReportFinished(sample, position);
                }
            }

            Save(RunStatus.Complete);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            await beginning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            TrySave(RunStatus.Interrupted);
            throw Interrupted();
        }
        catch
        {
            await beginning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            TrySave(RunStatus.Failed);

            // An error while writing cancels the sample; rethrow that error.
            await beginning;
            throw;
        }

        ThrowIfDifferent();
        reporter.Report(new DoneEvent(
            _directory.Path, _directory.ManifestPath, _directory.PagePath, _manifest.Samples.Count, _manifest.Seconds,
            recorded is null ? null : true));
    }

    /// <summary>Writes inputs, manifest and page before the first sample is finished. Stops the run on errors.</summary>
    private async Task BeginAsync(SampleWriter writer, CancellationTokenSource stop)
    {
        try
        {
            for (int i = 0; i < run.Inputs.Count; i++) await writer.WriteInputAsync(run.Inputs[i].Clip, _manifest.Inputs[i].Preview, stop.Token);
            Save(RunStatus.Running);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private void ReportPreparation(double done)
    {
        double left = Math.Max(0, Stopwatch.GetElapsedTime(_start).TotalSeconds * (1 - done) / Math.Max(done, 0.01));
        reporter.Stage($"estimating motion  {Math.Floor(done * 100):0} %  {HumanText.Duration(left)} left");
    }

    // Makes a batch of samples. The time of a sample is its share of the computing time plus its writing time.
    private async IAsyncEnumerable<(ManifestSample Sample, int Position)> MakeAsync(
        int[] indices, SampleWriter writer, RunProgress progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        progress.Begin(indices);
        var first = new EarlyWriting<(string File, string Preview)>(clip => Write(0, clip));
        IReadOnlyList<Clip> clips = await ComputeAsync();
        TimeSpan computing = Stopwatch.GetElapsedTime(start) / indices.Length;
        reporter.Stage("writing");
        for (int i = 0; i < indices.Length; i++)
        {
            start = Stopwatch.GetTimestamp();

            (string file, string preview) = await WrittenAsync(i, i == 0 ? first.FinishAsync(clips[0]) : Write(i, Task.FromResult(clips[i])));
            yield return (new ManifestSample
            {
                Index = indices[i],
                File = file,
                Preview = preview,
                LevelsDirectory = output.SaveLevels ? ResultDirectory.LevelsDirectoryName(indices[i]) : null,
                FramesSha256 = clips[i].ContentHash(),
                Seconds = Math.Round((computing + Stopwatch.GetElapsedTime(start)).TotalSeconds, 3),
                Levels = progress.Timings(i),
            }, progress.SamplePosition(i));
        }

        async Task<IReadOnlyList<Clip>> ComputeAsync()
        {
            try
            {
                return run.Sampler.Samples(run.Request.Seed, indices, new Workers(run.Request.Machine.Threads, cancellation), (i, what) =>
                {
                    if (progress.Observe(i, what) is { } level && output.SaveLevels)
                        writer.WriteLevel(level, indices[i], run.FrameRate, cancellation);
                    if (i == 0 && what.Level.Index == 0) first.Begin();
                });
            }
            catch
            {
                await first.DropAsync();
                foreach (int index in indices) writer.Drop(index);
                throw;
            }
        }

        async Task<(string File, string Preview)> WrittenAsync(int i, Task<(string File, string Preview)> task)
        {
            try
            {
                return await task;
            }
            catch
            {
                foreach (int index in indices.Skip(i)) writer.Drop(index);
                throw;
            }
        }

        Task<(string File, string Preview)> Write(int i, Task<Clip> clip) =>
            writer.WriteSampleAsync(clip, run.Plan.Output, run.FrameRate, indices[i], Comment(indices[i]), cancellation);
    }

    /// <summary>Metadata stored in the video: identifies the run, without information about the user or the machine.</summary>
    private string Comment(int index) =>
        $"vgpnn {_manifest.Version} ({_manifest.EngineClass}), seed {run.Request.Seed}, sample {index}, input frames {run.Inputs[0].FramesSha256}";

    private void ReportFinished(ManifestSample sample, int position)
    {
        bool? identical = recorded is null ? null : recorded[sample.Index] == sample.FramesSha256;
        if (identical == false) _different.Add(sample.Index);
        reporter.Report(new SampleFinishedEvent(
            sample.Index, position, run.Request.Indices.Count, _directory.In(sample.File), sample.FramesSha256,
            sample.Seconds, identical));
    }

    private void Save(RunStatus status)
    {
        _manifest = _manifest with
        {
            Status = status,
            Seconds = Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 3),
        };
        _directory.Save(_manifest);
        _lastSave = Stopwatch.GetTimestamp();
    }

    /// <summary>Saves the manifest after an error, ignoring failures to write, so that the original error is reported.</summary>
    private void TrySave(RunStatus status)
    {
        try
        {
            Save(status);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The manifest of the last finished sample is kept.
        }
    }

    private RunInterruptedException Interrupted()
    {
        int done = _manifest.Samples.Count;
        string what = done == 0 ? "no sample finished" : $"{done} of {HumanText.Count(run.Request.Indices.Count, "sample")} finished";
        return new RunInterruptedException($"interrupted; {what}", done == 0 ? null : $"to watch the finished samples, open {_directory.PagePath}");
    }

    private void ThrowIfDifferent()
    {
        if (_different.Count == 0) return;
        throw new NotIdenticalException(
            $"not identical: {_different.Count} of {HumanText.Count(run.Request.Indices.Count, "sample")} "
            + $"(the first is sample {_different[0]}) differ from the recorded ones",
            "another version of the program may have made them; see 'version' in the manifest");
    }
}
