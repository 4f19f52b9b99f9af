using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Grains.Tenants;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// The queues of the whole cluster. Every API silo reports the same values, so take the maximum, not the sum. There are no tenants in
/// them, of which there may be thousands: <c>/v1/nodes</c> lists the queued jobs of each.
/// </summary>
internal sealed partial class QueueGauges : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly IGrainFactory _grains;
    private readonly IHostApplicationLifetime _life;
    private readonly ILogger<QueueGauges> _log;
    private readonly ConcurrentDictionary<string, DispatcherStatus> _status = new(StringComparer.Ordinal);

    public QueueGauges(IGrainFactory grains, IHostApplicationLifetime life, ILogger<QueueGauges> log)
    {
        _grains = grains;
        _life = life;
        _log = log;
        VgpnnTelemetry.Meter.CreateObservableGauge(
            "vgpnn.queue.depth", () => Measure(s => s.Queues.Sum(q => q.Waiting)), "{job}", "Queued jobs of the cluster, the same at every API silo.");
        VgpnnTelemetry.Meter.CreateObservableGauge(
            "vgpnn.queue.age", () => Measure(s => s.Queues.Select(q => q.Oldest).DefaultIfEmpty().Max() / 1000.0), "s",
            "Time that the oldest queued job of the cluster has been queued, the same at every API silo.");
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
                        _status[backend] = await _grains.Dispatcher(backend).Status();
                    }
                    catch (Exception e) when (e is not OperationCanceledException)
                    {
                        LogFailed(_log, backend, e.Message);
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

    private IEnumerable<Measurement<T>> Measure<T>(Func<DispatcherStatus, T> value)
        where T : struct => _status.Select(s => new Measurement<T>(value(s.Value), new KeyValuePair<string, object?>(TelemetryNames.Backend, s.Key)));

    [LoggerMessage(821, LogLevel.Warning, "Failed to read the queue of the backend {Backend}: {Reason}")]
    private static partial void LogFailed(ILogger log, string backend, string reason);
}
