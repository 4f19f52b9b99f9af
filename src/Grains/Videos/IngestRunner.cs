using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Media;
using Vgpnn.Media.Stills;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Grains.Videos;

/// <summary>Ingests a video on this silo: what it is, whether it can be decoded to its end, and what it looks like.</summary>
internal sealed class IngestRunner(IGrainFactory grains, IBlobStore blobs, ScratchDirectory scratch, ClipCache clips, MediaLimits limits)
{
    // Every frame is decoded, but small: that bounds what is held.
    private const int IngestHeight = 144;
    private const long IngestBytes = 256L << 20;

    /// <summary>Runs one attempt.</summary>
    public async Task<JobEnd> RunAsync(JobRun run, Func<int, IDisposable?> begun)
    {
        JobKey job = run.Order.Job;
        IVideoGrain grain = grains.Video(job.Tenant, job.Id);
        VideoJob begin = await WorkerCalls.RetryAsync(() => grain.Begin(run.Order, run.Beside), run.Stop);
        if (begin.Decision != JobDecision.Run)
            return new JobEnd(begin.Decision == JobDecision.Failed ? JobOutcome.Failed : JobOutcome.Done, Failure: begin.Failure);
        using IDisposable? span = begun(begin.Attempt);
        return await AttemptRunner.RunAsync(
            () => IngestAsync(run, grain, begin),
            (failure, final) => grain.Fail(begin.Attempt, failure, final),
            () => grain.Release(begin.Attempt),
            run.Stop);
    }

    private async Task IngestAsync(JobRun run, IVideoGrain grain, VideoJob begin)
    {
        JobKey job = run.Order.Job;
        StoredBlob original = begin.File!;
        using ScratchFile file = await BlobRetry.RunAsync(() => scratch.FetchAsync(blobs, original, run.Stop), run.Stop);
        var read = new ReadOptions
        {
            Name = begin.Name,
            MaxHeight = IngestHeight,
            Still = true,
            Limits = limits with { MaxDecodedBytes = Math.Min(limits.MaxDecodedBytes, IngestBytes) },
        };
        ReadResult result = await ClipReader.ReadAsync(file.Path, read, run.Stop);
        if (result.Clip.Height == result.Info.Height) clips.Add(original.Key, result.Clip);
        using var picture = new MemoryStream(SmallPicture.Encode(result.Clip.Frames[0], result.Clip.Width, result.Clip.Height));
        string key = BlobKeys.Video(job.Tenant, job.Id, begin.Attempt, $"thumbnail{SmallPicture.Extension}");
        BlobInfo thumbnail = await BlobRetry.RunAsync(
            () =>
            {
                picture.Position = 0;
                return blobs.PutAsync(key, picture, cancellation: run.Stop);
            },
            run.Stop);
        var found = new IngestResult
        {
            Frames = result.Clip.Frames.Count,
            Height = result.Info.Height,
            Width = result.Info.Width,
            FrameRate = result.Clip.FrameRate.ToString(),
            Thumbnail = thumbnail.Stored(),
            Notices = [.. result.Notices],
        };
        await WorkerCalls.RetryAsync(() => grain.End(begin.Attempt, found), run.Stop);
    }
}
