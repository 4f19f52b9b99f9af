using System.Collections.Concurrent;
using System.Diagnostics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Samples;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>The work of a fake job; its calls go to the job's grain.</summary>
internal delegate Task JobScript(FakeJob job);

/// <summary>Behaviour of a worker.</summary>
internal sealed record TestWorkerOptions
{
    /// <summary>The work of a job; the normal work if the function returns <c>null</c>.</summary>
    public Func<JobKey, JobScript?>? Script { get; init; }

    /// <summary>Whether jobs continue after an order to stop.</summary>
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

    /// <summary>Whether the process is gone: its jobs make no more calls.</summary>
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

    /// <summary>Kills the process.</summary>
    public void Crash()
    {
        IsCrashed = true;
        _stopReports.Cancel();
        _stopNow.Cancel();
    }

    /// <summary>From now on the worker has no free slot.</summary>
    public void Pause() => _paused = true;

    /// <summary>Suspends the process: it sends no report, and its jobs wait at their next step.</summary>
    public void Freeze() => _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Resumes the process.</summary>
    public void Thaw()
    {
        TaskCompletionSource? frozen = _frozen;
        _frozen = null;
        frozen?.TrySetResult();
    }

    /// <summary>Drains the process: it takes no more jobs, releases the running ones at their next checkpoint, and leaves.</summary>
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
