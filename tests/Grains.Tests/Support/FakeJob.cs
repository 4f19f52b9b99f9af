using System.Collections.Concurrent;
using System.Diagnostics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>A job that makes the calls of a real one, and computes nothing.</summary>
internal sealed class FakeJob
{
    private readonly CancellationTokenSource _release, _stop;

    public FakeJob(TestWorker worker, JobOrder order, int beside, CancellationToken release, CancellationToken stop)
    {
        (Worker, Order, Beside) = (worker, order, beside);
        _release = CancellationTokenSource.CreateLinkedTokenSource(release);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    public TestWorker Worker { get; }

    public JobOrder Order { get; }

    public JobKey Job => Order.Job;

    /// <summary>Number of other jobs of the worker when it began.</summary>
    public int Beside { get; }

    /// <summary>The number of the attempt, once it has begun.</summary>
    public int Attempt { get; private set; }

    /// <summary>The checkpoint that it continued from.</summary>
    public StoredBlob? From { get; private set; }

    /// <summary>Time stamp of the order to stop; 0 before it.</summary>
    public long StoppedAt { get; private set; }

    public CancellationToken Release => _release.Token;

    public CancellationToken Stop => Worker.IgnoresStops && !Worker.IsCrashed ? CancellationToken.None : _stop.Token;

    private ISampleGrain Sample => Worker.Cluster.Grains.Sample(Job.Tenant, Job.Id, Job.Index);

    private IVideoGrain Video => Worker.Cluster.Grains.Video(Job.Tenant, Job.Id);

    public void StopNow()
    {
        StoppedAt = Stopwatch.GetTimestamp();
        _stop.Cancel();
    }

    public void ReleaseSoon() => _release.Cancel();

    public Task<JobEnd> RunAsync(JobScript? script) => Job.Kind == JobKind.Video ? IngestAsync(script) : MakeAsync(script);

    /// <summary>Stores a checkpoint; afterwards the job gives way if it was asked to.</summary>
    public async Task CheckpointAsync(int level, double fraction = 0.5)
    {
        await StepAsync();
        StoredBlob blob = await PutAsync($"checkpoint-{level}-{Guid.NewGuid():N}", 1_000);
        StoredBlob? replaced = await WorkerCalls.RetryAsync(() => Sample.Checkpoint(Attempt, level, fraction, blob), Stop);
        if (replaced is not null) await Worker.Cluster.Blobs.DeleteAsync(replaced.Key);
        if (Release.IsCancellationRequested) throw new ReleasedException();
    }

    /// <summary>Publishes a preview.</summary>
    public async Task PreviewAsync(int level = 2, double fraction = 0.3)
    {
        await StepAsync();
        StoredBlob blob = await PutAsync($"preview-{level}-{Guid.NewGuid():N}.webp", 10);
        StoredBlob? replaced = await WorkerCalls.RetryAsync(() => Sample.Preview(Attempt, fraction, new SamplePreview(level, 2, blob)), Stop);
        if (replaced is not null) await Worker.Cluster.Blobs.DeleteAsync(replaced.Key);
    }

    /// <summary>Ends the attempt with a result.</summary>
    public async Task EndAsync()
    {
        await StepAsync();
        if (Job.Kind == JobKind.Video)
        {
            var found = new IngestResult { Frames = 8, Height = 32, Width = 48, FrameRate = "10", Thumbnail = await PutAsync("thumbnail.webp", 20) };
            await WorkerCalls.RetryAsync(() => Video.End(Attempt, found), Stop);
            return;
        }

        SampleStatus before = await WorkerCalls.RetryAsync(() => Sample.Get(), Stop);
        var result = new SampleResult { Video = await PutAsync("sample.mp4", 100), FramesSha256 = $"frames of {Job.What}", Seconds = 1 };
        try
        {
            await WorkerCalls.RetryAsync(() => Sample.End(Attempt, result), Stop);
        }
        catch (GrainException e) when (e.IsFenced)
        {
            await Worker.Cluster.Blobs.DeleteAsync(result.Video.Key);
            throw;
        }

        string prefix = BlobKeys.OfSample(Job.Tenant, Job.Id, Job.Index);
        var obsolete = new List<string?> { before.Checkpoint?.Key, before.Preview?.Blob.Key };
        if (Attempt > 1) obsolete.AddRange(Worker.Cluster.Blobs.Keys(prefix));
        foreach (string key in obsolete.OfType<string>().Where(k => k != result.Video.Key).Distinct()) await Worker.Cluster.Blobs.DeleteAsync(key);
    }

    /// <summary>Waits for a task outside the job, in place of a computation.</summary>
    public async Task WaitAsync(Task something)
    {
        await something.WaitAsync(Stop);
        await StepAsync();
    }

    private async Task<JobEnd> MakeAsync(JobScript? script)
    {
        await StepAsync();
        SampleJob begin = await WorkerCalls.RetryAsync(() => Sample.Begin(Order, Beside), Stop);
        if (begin.Decision != JobDecision.Run)
            return new JobEnd(begin.Decision == JobDecision.Failed ? JobOutcome.Failed : JobOutcome.Done, Failure: begin.Failure);
        (Attempt, From) = (begin.Attempt, begin.Checkpoint);
        Worker.Begun.Enqueue(this);
        return await AttemptRunner.RunAsync(
            () => WorkAsync(script ?? DefaultAsync),
            (failure, final) => Sample.Fail(Attempt, failure, final),
            () => Sample.Release(Attempt),
            Stop);
    }

    private async Task<JobEnd> IngestAsync(JobScript? script)
    {
        await StepAsync();
        VideoJob begin = await WorkerCalls.RetryAsync(() => Video.Begin(Order, Beside), Stop);
        if (begin.Decision != JobDecision.Run)
            return new JobEnd(begin.Decision == JobDecision.Failed ? JobOutcome.Failed : JobOutcome.Done, Failure: begin.Failure);
        Attempt = begin.Attempt;
        Worker.Begun.Enqueue(this);
        return await AttemptRunner.RunAsync(
            () => WorkAsync(script ?? (static job => job.EndAsync())),
            (failure, final) => Video.Fail(Attempt, failure, final),
            () => Video.Release(Attempt),
            Stop);
    }

    private async Task WorkAsync(JobScript script)
    {
        try
        {
            await script(this);
        }
        finally
        {
            if (Worker.IsCrashed) await new TaskCompletionSource().Task;
        }
    }

    private static async Task DefaultAsync(FakeJob job)
    {
        await job.PreviewAsync();
        await job.CheckpointAsync(2);
        await job.CheckpointAsync(1, 0.8);
        await job.EndAsync();
    }

    private async Task<StoredBlob> PutAsync(string name, int bytes)
    {
        string key = Job.Kind == JobKind.Video ? BlobKeys.Video(Job.Tenant, Job.Id, Attempt, name) : BlobKeys.Sample(Job.Tenant, Job.Id, Job.Index, Attempt, name);
        BlobInfo blob = await Worker.Cluster.Blobs.PutAsync(key, new MemoryStream(new byte[bytes]));
        return new StoredBlob(blob.Key, blob.Bytes, blob.Sha256);
    }

    /// <summary>Waits in a frozen process, and ends the job in a dead one.</summary>
    private async Task StepAsync()
    {
        await Worker.ThawedAsync;
        if (Worker.IsCrashed) await new TaskCompletionSource().Task;
        Stop.ThrowIfCancellationRequested();
    }
}

/// <summary>Holds jobs of a test until it is opened.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first job arrives.</summary>
    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(40));

    public void Open() => _open.TrySetResult();

    /// <summary>Waits at the gate, until it is opened or the job is stopped.</summary>
    public async Task PassAsync(FakeJob job)
    {
        _reached.TrySetResult();
        await job.WaitAsync(_open.Task);
    }
}
