using System.Collections.Concurrent;
using System.Diagnostics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>The work of a fake job; its calls go to the job's grain.</summary>
internal delegate Task JobScript(FakeJob job);

/// <summary>How a worker behaves.</summary>
internal sealed record TestWorkerOptions
{
    /// <summary>What a job does; <c>null</c> from the function: what it normally does.</summary>
    public Func<JobKey, JobScript?>? Script { get; init; }

    /// <summary>Whether jobs go on when they are told to stop.</summary>
    public bool IgnoresStops { get; init; }

    /// <summary>Level keys that it holds.</summary>
    public IReadOnlyList<string> Warm { get; init; } = [];
}

/// <summary>
/// A worker of the test: it reports to its dispatcher as the worker of a silo does, and runs jobs that compute nothing.
/// </summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private static readonly TimeSpan ReportTimeout = TimeSpan.FromSeconds(3), ErrorPause = TimeSpan.FromMilliseconds(50);

    private readonly GrainCluster _cluster;
    private readonly TestWorkerOptions _options;
    private readonly int _slots;
    private readonly long _memory;
    private readonly ConcurrentDictionary<string, FakeJob> _jobs = new();
    private readonly List<EndedJob> _ended = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _release = new(), _stopNow = new(), _stopReports = new();
    private readonly Task _loop;
    private long _sequence;
    private volatile bool _draining, _paused;
    private volatile TaskCompletionSource? _frozen;

    public TestWorker(GrainCluster cluster, string backend, int slots, long memory, string id, TestWorkerOptions options)
    {
        (_cluster, Backend, _slots, _memory, Id, _options) = (cluster, backend, slots, memory, id, options);
        _loop = Task.Run(ReportAsync);
    }

    public string Id { get; }

    public string Backend { get; }

    public GrainCluster Cluster => _cluster;

    /// <summary>Whether the process is gone: none of its jobs calls anybody any more.</summary>
    public bool IsCrashed { get; private set; }

    /// <summary>All jobs that were ever begun here, oldest first.</summary>
    public ConcurrentQueue<FakeJob> Begun { get; } = new();

    /// <summary>All orders that were ever started here, oldest first.</summary>
    public ConcurrentQueue<JobOrder> Started { get; } = new();

    /// <summary>Jobs that run.</summary>
    public IReadOnlyCollection<FakeJob> Running => [.. _jobs.Values];

    /// <summary>Number of reports that were sent.</summary>
    public long Reports => Interlocked.Read(ref _sequence);

    /// <summary>How jobs ended here, oldest first.</summary>
    public ConcurrentQueue<(JobKey Job, JobEnd End)> Ends { get; } = new();

    internal bool IgnoresStops => _options.IgnoresStops;

    internal Task ThawedAsync => _frozen?.Task ?? Task.CompletedTask;

    /// <summary>The process is killed.</summary>
    public void Crash()
    {
        IsCrashed = true;
        _stopReports.Cancel();
        _stopNow.Cancel();
    }

    /// <summary>From here on the worker has no free slot.</summary>
    public void Pause() => _paused = true;

    /// <summary>The process is suspended: no report is sent, and its jobs stand still at their next step.</summary>
    public void Freeze() => _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The process goes on.</summary>
    public void Thaw()
    {
        TaskCompletionSource? frozen = _frozen;
        _frozen = null;
        frozen?.TrySetResult();
    }

    /// <summary>The process is told to stop: it takes no more jobs, releases the running ones at their next checkpoint, and leaves.</summary>
    public async Task DrainAsync()
    {
        _draining = true;
        _wake.Release();
        await _release.CancelAsync();
        await Until.HoldsAsync($"the jobs of worker {Id} are released", () => _jobs.IsEmpty);
        await StopReportsAsync();
        CallerContext.ActForCluster();
        await _cluster.Grains.Dispatcher(Backend).Report(Report() with { Leaving = true, Wait = TimeSpan.Zero }).WaitAsync(ReportTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        Crash();
        Thaw();
        await _loop;
    }

    private async Task StopReportsAsync()
    {
        await _stopReports.CancelAsync();
        await _loop;
    }

    private async Task ReportAsync()
    {
        CallerContext.ActForCluster();
        IDispatcherGrain dispatcher = _cluster.Grains.Dispatcher(Backend);
        Task woken = WokenAsync();
        while (!_stopReports.IsCancellationRequested)
        {
            await ThawedAsync;
            WorkerReport report = Report();
            try
            {
                Task<WorkerOrders> answer = dispatcher.Report(report);
                if (await Task.WhenAny(answer, woken, Task.Delay(ReportTimeout)) == woken)
                {
                    woken = WokenAsync();
                    _ = answer.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
                    continue;
                }

                if (!answer.IsCompleted) throw new TimeoutException("the dispatcher does not answer");
                WorkerOrders orders = await answer;
                await ThawedAsync;
                lock (_lock) _ended.RemoveAll(report.Ended.Contains);
                if (!IsCrashed) Take(orders);
            }
            catch (Exception)
            {
                await Task.Delay(ErrorPause);
            }
        }
    }

    private async Task WokenAsync()
    {
        await _wake.WaitAsync(_stopReports.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_wake.Wait(0))
        {
            // One report answers all calls.
        }
    }

    private WorkerReport Report()
    {
        int free = Math.Max(0, _slots - _jobs.Count);
        lock (_lock)
        {
            return new WorkerReport
            {
                Worker = Id,
                Sequence = Interlocked.Increment(ref _sequence),
                Version = "test",
                Slots = _slots,
                FreeSlots = _draining || _paused ? 0 : free,
                Memory = _memory,
                FreeMemory = _memory - _jobs.Values.Sum(j => j.Order.Memory),
                Draining = _draining,
                Running = [.. _jobs.Values.Select(j => new RunningJob(j.Order.Id, j.Order.Job))],
                Ended = [.. _ended],
                Warm = _options.Warm,
                Wait = GrainCluster.ReportWait,
            };
        }
    }

    private void Take(WorkerOrders orders)
    {
        foreach (JobOrder order in orders.Start)
        {
            if (_draining || _paused || _jobs.Count >= _slots)
            {
                End(order, new JobEnd(JobOutcome.Declined));
                continue;
            }

            Started.Enqueue(order);
            var job = new FakeJob(this, order, _jobs.Count, _release.Token, _stopNow.Token);
            _jobs[order.Id] = job;
            _ = Task.Run(() => RunAsync(job));
        }

        foreach (string order in orders.Stop)
            if (_jobs.TryGetValue(order, out FakeJob? job)) job.StopNow();
        foreach (string order in orders.Release)
            if (_jobs.TryGetValue(order, out FakeJob? job)) job.ReleaseSoon();
    }

    private async Task RunAsync(FakeJob job)
    {
        CallerContext.ActForCluster();
        JobEnd end;
        try
        {
            end = await job.RunAsync(_options.Script?.Invoke(job.Order.Job));
        }
        catch (OperationCanceledException)
        {
            end = new JobEnd(JobOutcome.Released);
        }
        catch (Exception) when (IsCrashed)
        {
            return;
        }
        catch (Exception)
        {
            end = new JobEnd(JobOutcome.Retry, TimeSpan.FromSeconds(1));
        }

        if (IsCrashed) return;
        Ends.Enqueue((job.Order.Job, end));
        End(job.Order, end);
        _jobs.TryRemove(job.Order.Id, out _);
        _wake.Release();
    }

    private void End(JobOrder order, JobEnd end)
    {
        lock (_lock) _ended.Add(new EndedJob { Order = order.Id, Job = order.Job, Outcome = end.Outcome, Pause = end.Pause, Failure = end.Failure });
        _wake.Release();
    }
}

/// <summary>A job that calls its grain as a real one does, and computes nothing.</summary>
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

    /// <summary>Other jobs of the worker when it began.</summary>
    public int Beside { get; }

    /// <summary>The number of the attempt, once it has begun.</summary>
    public int Attempt { get; private set; }

    /// <summary>The checkpoint that it continued from.</summary>
    public StoredBlob? From { get; private set; }

    /// <summary>When it was told to stop, as a time stamp; 0: it was not.</summary>
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
        StoredBlob blob = await PutAsync($"preview-{level}-{Guid.NewGuid():N}.png", 10);
        StoredBlob? replaced = await WorkerCalls.RetryAsync(() => Sample.Preview(Attempt, fraction, new SamplePreview(level, 2, blob)), Stop);
        if (replaced is not null) await Worker.Cluster.Blobs.DeleteAsync(replaced.Key);
    }

    /// <summary>Ends the attempt with a result.</summary>
    public async Task EndAsync()
    {
        await StepAsync();
        if (Job.Kind == JobKind.Video)
        {
            var found = new IngestResult { Frames = 8, Height = 32, Width = 48, FrameRate = "10", Thumbnail = await PutAsync("thumbnail.png", 20) };
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

    /// <summary>Waits for something outside of the job, as for a computation.</summary>
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

    /// <summary>Where a frozen process stands still and a dead one is gone.</summary>
    private async Task StepAsync()
    {
        await Worker.ThawedAsync;
        if (Worker.IsCrashed) await new TaskCompletionSource().Task;
        Stop.ThrowIfCancellationRequested();
    }
}

/// <summary>Where jobs of a test wait until they are told to go on.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first job that came.</summary>
    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(40));

    public void Open() => _open.TrySetResult();

    /// <summary>Waits at the gate, until it is opened or the job is stopped.</summary>
    public async Task PassAsync(FakeJob job)
    {
        _reached.TrySetResult();
        await job.WaitAsync(_open.Task);
    }
}
