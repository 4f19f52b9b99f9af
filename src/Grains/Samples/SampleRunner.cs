using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;

namespace Vgpnn.Grains.Samples;

/// <summary>How samples are made on a silo.</summary>
/// <param name="Threads">Threads per sample, at least 1.</param>
/// <param name="CheckpointInterval">Least time between checkpoints; zero: one after every level.</param>
public sealed record SampleOptions(int Threads, TimeSpan CheckpointInterval);

/// <summary>
/// Makes a sample on this silo: from level to level, with previews and checkpoints on the way, from the last checkpoint on if
/// there is one. Computing has a thread of its own; nothing of it runs on a grain's scheduler.
/// </summary>
internal sealed class SampleRunner(IGrainFactory grains, IBlobStore blobs, ScratchDirectory scratch, LevelBudget levels, SampleOptions options)
{
    /// <summary>A level of more patches than this is kept in its middle too: it takes longer than anyone wants to lose.</summary>
    private const long LargeLevel = 1_000_000;

    /// <summary>In the middle of a level there is much to write, and a checkpoint pays only after some time.</summary>
    private static readonly TimeSpan PartInterval = TimeSpan.FromSeconds(3);

    /// <summary>Runs one attempt.</summary>
    public async Task<JobEnd> RunAsync(JobRun run, Func<int, IDisposable?> begun)
    {
        JobKey job = run.Order.Job;
        ISampleGrain grain = grains.Sample(job.Tenant, job.Id, job.Index);
        using var seat = new BatchSeat(run.Batch);
        SampleJob begin = await WorkerCalls.RetryAsync(() => grain.Begin(run.Order, run.Beside), run.Stop);
        if (begin.Decision != JobDecision.Run)
            return new JobEnd(begin.Decision == JobDecision.Failed ? JobOutcome.Failed : JobOutcome.Done, Failure: begin.Failure);
        var attempt = new SampleAttempt(grain, job, begin.Attempt);
        using IDisposable? span = begun(begin.Attempt);
        return await AttemptRunner.RunAsync(
            () => MakeAsync(run, attempt, begin, seat),
            (failure, final) => grain.Fail(attempt.Number, failure, final),
            () => grain.Release(attempt.Number),
            run.Stop);
    }

    private async Task MakeAsync(JobRun run, SampleAttempt attempt, SampleJob begin, BatchSeat seat)
    {
        long start = Stopwatch.GetTimestamp();
        RequestWork work = begin.Work!;
        Sampler sampler;
        using (VgpnnTelemetry.Spans.StartActivity("levels"))
            sampler = await LevelsAsync(work, run.Stop);

        // Another sample would decode the input again.
        using IDisposable? inUse = levels.Use(work.LevelKey);
        Checkpoint? from = await ResumeAsync(attempt, begin.Checkpoint, sampler, run.Stop);
        if (from is not null) seat.Dispose();
        var timings = new List<LevelFinished>();
        var telemetry = new LevelTelemetry(Activity.Current?.Context ?? default, sampler.Plan, work.Backend, resumed: from is not null);
        using ScratchFile file = scratch.Create(".mp4");
        string comment = string.Create(CultureInfo.InvariantCulture, $"vgpnn ({work.Backend}), seed {work.Seed}, sample {attempt.Job.Index}");
        var encoding = new EarlyWriting<bool>(async frames =>
        {
            await ClipWriter.WriteAsync(frames, sampler.Plan.Output, sampler.FrameRate, file.Path, ClipFormat.Mp4, comment, run.Stop);
            return true;
        });
        Clip clip;
        try
        {
            clip = await WalkAsync();
            run.Stop.ThrowIfCancellationRequested();
        }
        catch
        {
            await encoding.DropAsync();
            throw;
        }

        run.OnComputed();
        using (VgpnnTelemetry.Spans.StartActivity("encode")) await encoding.FinishAsync(clip);
        await using FileStream video = File.OpenRead(file.Path);
        var result = new SampleResult
        {
            Video = await attempt.PutAsync(blobs, "sample.mp4", video, run.Stop),
            FramesSha256 = clip.ContentHash(),
            Timings = TimingsJson(timings),
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        await EndAsync(attempt, result, run.Stop);

        async Task<Clip> WalkAsync()
        {
            await using var previews = new PreviewWriter(attempt, blobs);
            await using var checkpoints = new CheckpointWriter(attempt, blobs, options.CheckpointInterval);
            try
            {
                return seat.Take() is { } batch
                    ? await batch.JoinAsync(sampler, work.Seed, attempt.Job.Index, options.Threads, Observe, run.Stop)
                    : await ComputeThread.RunAsync(() => sampler.Sample(work.Seed, attempt.Job.Index, new Workers(options.Threads, run.Stop), Observe, from));
            }
            catch (ReleasedException)
            {
                await checkpoints.FlushAsync().WaitAsync(run.Stop);
                throw;
            }

            void Observe(SynthesisEvent step)
            {
                telemetry.Observe(step);
                if (step.Level.Index == 0) encoding.Begin();
                bool release = run.Release.IsCancellationRequested;
                switch (step)
                {
                    case LevelFinished finished:
                        timings.Add(finished with { Output = null!, Fields = default });
                        if (finished.Level.Index == 0) return;
                        previews.Offer(finished.Level.Index, finished.Output, finished.Fraction, telemetry.Level);
                        checkpoints.Offer(new Checkpoint(finished.Level.Index, finished.Output) { Fields = finished.Fields }, finished.Fraction, release, telemetry.Level);
                        break;
                    case SearchPassed { Level.QueryGrid.Count: > LargeLevel } passed when release || checkpoints.IsDue(PartInterval):
                        checkpoints.Offer(passed.State, passed.Fraction, true, telemetry.Level);
                        break;
                    default:
                        return;
                }

                if (release) throw new ReleasedException();
            }
        }
    }

    private async Task<Sampler> LevelsAsync(RequestWork work, CancellationToken cancellation)
    {
        LevelContent input = await grains.Level(work.LevelKey, 0).Open(work).WaitAsync(cancellation);
        if (input.Error is { } error) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        input.Sampler!.KeepLevelsIn(new SharedLevels(grains, work.LevelKey));
        return input.Sampler;
    }

    // A checkpoint that cannot be read is worth no more than none: the sample starts from its beginning.
    private async Task<Checkpoint?> ResumeAsync(SampleAttempt attempt, StoredBlob? blob, Sampler sampler, CancellationToken cancellation)
    {
        if (blob is null) return null;
        try
        {
            Checkpoint checkpoint = await BlobRetry.RunAsync(
                async () =>
                {
                    await using Stream stream = await blobs.OpenAsync(blob.Info(), cancellation);
                    return Checkpoint.Load(stream);
                },
                cancellation);
            if (sampler.Takes(checkpoint)) return checkpoint;
        }
        catch (Exception e) when (e is InvalidDataException or BlobException { Code: "blob-missing" or "blob-corrupt" })
        {
            // Dropped below.
        }

        await WorkerCalls.RetryAsync(() => attempt.Grain.DropCheckpoint(attempt.Number), cancellation);
        await blobs.DeleteAsync(blob.Key, cancellation);
        return null;
    }

    private async Task EndAsync(SampleAttempt attempt, SampleResult result, CancellationToken cancellation)
    {
        try
        {
            await WorkerCalls.RetryAsync(() => attempt.Grain.End(attempt.Number, result), cancellation);
        }
        catch (GrainException e) when (e.IsFenced)
        {
            await blobs.DeleteAsync(result.Video.Key, CancellationToken.None);
            throw;
        }

        // Checkpoints and previews, and what earlier attempts left, are not named anywhere any more.
        try
        {
            var obsolete = new HashSet<string>(attempt.Written, StringComparer.Ordinal);
            string prefix = BlobKeys.OfSample(attempt.Job.Tenant, attempt.Job.Id, attempt.Job.Index);
            if (attempt.Number > 1) await foreach (BlobEntry entry in blobs.ListAsync(prefix, cancellation)) obsolete.Add(entry.Key);
            obsolete.Remove(result.Video.Key);
            foreach (string key in obsolete) await attempt.DeleteAsync(blobs, key, cancellation);
        }
        catch (BlobException)
        {
            // Swept later.
        }
    }

    private static string TimingsJson(IEnumerable<LevelFinished> levels) => JsonSerializer.Serialize(levels.Select(l => new
    {
        level = l.Level.Index,
        resample = Math.Round(l.Timing.Resample.TotalMilliseconds, 2),
        search = Math.Round(l.Timing.Search.TotalMilliseconds, 2),
        vote = Math.Round(l.Timing.Vote.TotalMilliseconds, 2),
        distance = double.IsFinite(l.Timing.MeanDistance) ? l.Timing.MeanDistance : (double?)null,
    }));
}
