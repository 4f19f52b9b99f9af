using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Runtime;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Videos;
using Vgpnn.Silo.Settings;
using Vgpnn.Synthesis.Backends;

namespace Vgpnn.Silo.Hosting.Jobs;

/// <summary>
/// Runs the jobs that the dispatchers order. It reports all the time what it runs and has room for; the answer to a report holds
/// the orders, and the end of a job makes the next report at once. On shutdown it takes no more jobs, has the running ones
/// released at their next checkpoint, and stops those that have not reached one by the end of the drain.
/// </summary>
internal sealed partial class Worker(
    SiloSettings settings, WorkerIdentity identity, ILocalSiloDetails silo, IGrainFactory grains, SiloCapacity capacity, LevelBudget levels, SampleRunner samples,
    IngestRunner ingest, ILogger<Worker> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan ReportWait = TimeSpan.FromSeconds(1), ReportTimeout = TimeSpan.FromSeconds(3), Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastCalls = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, ActiveJob> _jobs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _release = new(), _stopNow = new(), _stopReports = new();
    private readonly List<BackendReports> _backends = [];
    private readonly List<Task> _loops = [];
    private volatile bool _draining;
    private long _answered = Stopwatch.GetTimestamp();
    private long _blobFailure;

    /// <summary>Whether a dispatcher has answered lately, and the worker takes jobs.</summary>
    public bool IsReady => !_draining && Stopwatch.GetElapsedTime(Interlocked.Read(ref _answered)) < settings.Lease * 3;

    /// <summary>Jobs that run.</summary>
    public int Running => _jobs.Count;

    /// <summary>Time since a blob could last not be read or written; <c>null</c>: never.</summary>
    public TimeSpan? SinceBlobFailure => Interlocked.Read(ref _blobFailure) is var failure and not 0 ? Stopwatch.GetElapsedTime(failure) : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogStart(log, identity.Id, settings.Slots, settings.ThreadsPerSample, settings.Memory >> 20);
        foreach (string backend in identity.Backends)
        {
            var reports = new BackendReports(backend);
            _backends.Add(reports);
            _loops.Add(Task.Run(() => ReportAsync(reports), CancellationToken.None));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        _draining = true;
        LogDrain(log, identity.Id, _jobs.Count);
        Wake();
        await _release.CancelAsync();
        if (!await EmptyAsync(TimeSpan.FromSeconds(settings.DrainSeconds))) LogLate(log, _jobs.Count);
        await _stopNow.CancelAsync();
        await EmptyAsync(LastCalls);
        await _stopReports.CancelAsync();
        await Task.WhenAll(_loops);
        await Task.WhenAll(_backends.Select(LeaveAsync));
        LogStop(log, identity.Id, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public void Dispose()
    {
        _release.Dispose();
        _stopNow.Dispose();
        _stopReports.Dispose();
        foreach (BackendReports reports in _backends) reports.Dispose();
    }

    private async Task ReportAsync(BackendReports reports)
    {
        CallerContext.ActForCluster();
        IDispatcherGrain dispatcher = grains.Dispatcher(reports.Backend);
        Task woken = reports.WokenAsync(_stopReports.Token);
        while (!_stopReports.IsCancellationRequested)
        {
            WorkerReport report = Report(reports);
            try
            {
                Task<WorkerOrders> answer = dispatcher.Report(report);
                if (await Task.WhenAny(answer, woken, Task.Delay(ReportTimeout)) == woken)
                {
                    woken = reports.WokenAsync(_stopReports.Token);

                    // The newer report ends the wait of this one, whose orders the dispatcher then gives again.
                    _ = answer.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
                    continue;
                }

                if (!answer.IsCompleted) throw new TimeoutException("the dispatcher does not answer");
                WorkerOrders orders = await answer;
                Interlocked.Exchange(ref _answered, Stopwatch.GetTimestamp());
                reports.Acknowledge(report.Ended);
                Take(reports, orders);
                if (reports.Failing) LogAnswered(log, reports.Backend);
                reports.Failing = false;
            }
            catch (Exception e)
            {
                if (!reports.Failing) LogSilent(log, reports.Backend, e.Message);
                reports.Failing = true;
                await Task.Delay(Pause);
            }
        }
    }

    private WorkerReport Report(BackendReports reports, bool leaving = false)
    {
        bool device = reports.Backend == BackendName.Gpu;
        return new WorkerReport
        {
            Worker = identity.Id,
            Sequence = ++reports.Sequence,
            Version = identity.Version,
            Slots = capacity.Slots,
            FreeSlots = _draining ? 0 : device ? Math.Min(1, capacity.FreeSlots) : capacity.FreeSlots,
            Memory = capacity.Memory,
            FreeMemory = capacity.FreeMemory,
            DeviceMemory = device ? capacity.DeviceMemory : null,
            FreeDeviceMemory = device ? capacity.FreeDeviceMemory : null,
            Draining = _draining,
            Running = [.. _jobs.Values.Where(j => j.Reports == reports).Select(j => new RunningJob(j.Order.Id, j.Order.Job))],
            Ended = reports.Ended,
            Warm = levels.Warm,
            Wait = leaving ? TimeSpan.Zero : ReportWait,
            Leaving = leaving,
            Silo = silo.SiloAddress,
        };
    }

    private void Take(BackendReports reports, WorkerOrders orders)
    {
        foreach (JobOrder[] together in orders.Start.GroupBy(o => o.Batch ?? o.Id).Select(g => g.ToArray()))
        {
            if (!_draining && capacity.TryTake(together[0].Batch ?? together[0].Id, together.Sum(o => o.Memory), together[0].DeviceMemory is null ? null : together.Sum(o => o.DeviceMemory)))
            {
                Start(reports, together);
                continue;
            }

            foreach (JobOrder order in together) reports.Add(new EndedJob { Order = order.Id, Job = order.Job, Outcome = JobOutcome.Declined });
        }

        foreach (string order in orders.Stop)
            if (_jobs.TryGetValue(order, out ActiveJob? job)) job.StopNow();
        foreach (string order in orders.Release)
            if (_jobs.TryGetValue(order, out ActiveJob? job)) job.ReleaseSoon();
    }

    private void Start(BackendReports reports, JobOrder[] orders)
    {
        var slot = new JobSlot(orders.Length);
        SampleBatch? batch = orders.Length > 1 ? new SampleBatch(orders.Length) : null;
        ActiveJob[] jobs = [.. orders.Select(o => new ActiveJob(reports, o, slot, _release.Token, _stopNow.Token))];
        foreach (ActiveJob job in jobs) _jobs[job.Order.Id] = job;
        int beside = _jobs.Count - 1;
        Task all = Task.WhenAll(jobs.Select(job => Task.Run(() => RunAsync(job, beside, batch))));
        if (batch is not null) _ = all.ContinueWith(_ => batch.Dispose(), TaskScheduler.Default);
    }

    private async Task RunAsync(ActiveJob job, int beside, SampleBatch? batch)
    {
        JobOrder order = job.Order;
        CallerContext.ActForCluster();
        long start = Stopwatch.GetTimestamp();
        Activity? span = null;
        JobEnd end;
        try
        {
            var run = new JobRun
            {
                Order = order,
                Beside = beside,
                Batch = batch,
                Release = job.Release,
                Stop = job.Stop,
                OnComputed = () => Free(job, succeeded: true),
            };
            IDisposable? Begun(int attempt)
            {
                span = JobSpans.Begin(order, attempt, identity.Id);
                LogBegin(log, order.Job, attempt, identity.Id);

                // It ends below, after the last log line that belongs to its trace.
                return null;
            }

            end = order.Job.Kind == JobKind.Video ? await ingest.RunAsync(run, Begun) : await samples.RunAsync(run, Begun);
        }
        catch (OperationCanceledException)
        {
            end = new JobEnd(JobOutcome.Released);
        }
        catch (Exception e)
        {
            Activity.Current = span;
            LogError(log, e, order.Job);
            end = new JobEnd(JobOutcome.Retry, TimeSpan.FromSeconds(1));
        }

        Activity.Current = span;
        JobSpans.Record(span, order, end, Stopwatch.GetElapsedTime(start));
        if (end.Failure?.Code.StartsWith("blob-", StringComparison.Ordinal) == true) Interlocked.Exchange(ref _blobFailure, Stopwatch.GetTimestamp());
        if (end.Failure is { } failure) LogFailure(log, order.Job, failure.Code, failure.Message);
        LogEnd(log, order.Job, identity.Id, end.Outcome, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        span?.Dispose();
        job.Reports.Add(new EndedJob { Order = order.Id, Job = order.Job, Outcome = end.Outcome, Pause = end.Pause, Failure = end.Failure });
        _jobs.TryRemove(order.Id, out _);
        Free(job, end.Outcome is JobOutcome.Done or JobOutcome.Failed);
        job.Dispose();
    }

    // The slot of a batch is free when all of its jobs have left it.
    private void Free(ActiveJob job, bool succeeded)
    {
        if (job.LeavesSlotLast()) capacity.Release(job.Order.Batch ?? job.Order.Id, succeeded);
        Wake();
    }

    private void Wake()
    {
        foreach (BackendReports reports in _backends) reports.Wake();
    }

    private async Task<bool> EmptyAsync(TimeSpan patience)
    {
        for (long start = Stopwatch.GetTimestamp(); !_jobs.IsEmpty; await Task.Delay(20))
            if (Stopwatch.GetElapsedTime(start) > patience) return false;
        return true;
    }

    private async Task LeaveAsync(BackendReports reports)
    {
        CallerContext.ActForCluster();
        try
        {
            await grains.Dispatcher(reports.Backend).Report(Report(reports, leaving: true)).WaitAsync(ReportTimeout);
        }
        catch (Exception e)
        {
            LogSilent(log, reports.Backend, e.Message);
        }
    }

    [LoggerMessage(401, LogLevel.Information, "Worker {Worker} starts: {Slots} slots of {Threads} threads, {Memory} MiB")]
    private static partial void LogStart(ILogger log, string worker, int slots, int threads, long memory);

    [LoggerMessage(402, LogLevel.Information, "Worker {Worker} drains: {Count} jobs are released")]
    private static partial void LogDrain(ILogger log, string worker, int count);

    [LoggerMessage(403, LogLevel.Warning, "{Count} jobs did not reach a checkpoint before the drain deadline and are stopped")]
    private static partial void LogLate(ILogger log, int count);

    [LoggerMessage(404, LogLevel.Information, "Worker {Worker} has left after {Seconds:F1} s")]
    private static partial void LogStop(ILogger log, string worker, double seconds);

    [LoggerMessage(405, LogLevel.Information, "Begin {Job}, attempt {Attempt}, on {Worker}")]
    private static partial void LogBegin(ILogger log, JobKey job, int attempt, string worker);

    [LoggerMessage(406, LogLevel.Information, "End {Job} on {Worker}: {Outcome} after {Milliseconds:F0} ms")]
    private static partial void LogEnd(ILogger log, JobKey job, string worker, JobOutcome outcome, double milliseconds);

    [LoggerMessage(407, LogLevel.Error, "Error in {Job}")]
    private static partial void LogError(ILogger log, Exception error, JobKey job);

    [LoggerMessage(408, LogLevel.Warning, "{Job}: {Code}: {Message}")]
    private static partial void LogFailure(ILogger log, JobKey job, string code, string message);

    [LoggerMessage(409, LogLevel.Warning, "The dispatcher of {Backend} does not answer: {Reason}")]
    private static partial void LogSilent(ILogger log, string backend, string reason);

    [LoggerMessage(410, LogLevel.Information, "The dispatcher of {Backend} answers again")]
    private static partial void LogAnswered(ILogger log, string backend);
}
