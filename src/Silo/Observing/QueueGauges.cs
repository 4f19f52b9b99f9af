using System.Diagnostics.Metrics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Grains.Tenants;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// What waits in the whole cluster. Every silo with an API reports the same, so take the maximum, not the sum. A tenant with
/// nothing left in the queue is reported as 0 until the process ends: a gauge that only stopped would seem to stay.
/// </summary>
internal sealed partial class QueueGauges : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly IGrainFactory _grains;
    private readonly IHostApplicationLifetime _life;
    private readonly ILogger<QueueGauges> _log;
    private readonly Dictionary<(string Tenant, string Backend), QueueStatus> _queues = [];

    public QueueGauges(IGrainFactory grains, IHostApplicationLifetime life, ILogger<QueueGauges> log)
    {
        _grains = grains;
        _life = life;
        _log = log;
        VgpnnTelemetry.Meter.CreateObservableGauge("vgpnn.queue.depth", () => Measure(q => q.Waiting), "{job}", "Samples and videos that wait");
        VgpnnTelemetry.Meter.CreateObservableGauge("vgpnn.queue.age", () => Measure(q => q.Oldest / 1000.0), "s", "Time that the oldest has waited");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CallerContext.ActForCluster();
        using var timer = new PeriodicTimer(Interval);
        try
        {
            // Grains can be called once the silo has joined.
            var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration started = _life.ApplicationStarted.Register(joined.SetResult);
            await joined.Task.WaitAsync(stoppingToken);
            do
            {
                foreach (string backend in Backends.All)
                {
                    try
                    {
                        Take(backend, await _grains.Dispatcher(backend).Status());
                    }
                    catch (Exception e) when (e is not OperationCanceledException)
                    {
                        LogFailed(_log, e.Message);
                    }
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private void Take(string backend, DispatcherStatus status)
    {
        lock (_queues)
        {
            foreach ((string Tenant, string Backend) key in _queues.Keys.Where(k => k.Backend == backend).ToArray())
                _queues[key] = _queues[key] with { Waiting = 0, Running = 0, Oldest = 0 };
            foreach (QueueStatus queue in status.Queues) _queues[(queue.Name, backend)] = queue;
        }
    }

    private Measurement<T>[] Measure<T>(Func<QueueStatus, T> value)
        where T : struct
    {
        lock (_queues) return [.. _queues.Select(q => new Measurement<T>(value(q.Value), new("tenant", q.Key.Tenant), new("group", q.Key.Backend)))];
    }

    [LoggerMessage(821, LogLevel.Warning, "The queues could not be counted: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
