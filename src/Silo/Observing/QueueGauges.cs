using System.Diagnostics.Metrics;
using Vgpnn.Grains;
using Vgpnn.Grains.State;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// What waits in the whole cluster. Every node with an API tells the same, so whoever adds up takes the largest. A tenant of which
/// nothing waits any more is told of as 0 until the process ends: a gauge that only stopped would seem to stay.
/// </summary>
internal sealed partial class QueueGauges : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly StateStore _store;
    private readonly ILogger<QueueGauges> _log;
    private readonly Dictionary<(string Tenant, string Group), QueueDepth> _depths = [];

    public QueueGauges(StateStore store, ILogger<QueueGauges> log)
    {
        _store = store;
        _log = log;
        Telemetry.Meter.CreateObservableGauge("vgpnn.queue.depth", () => Measure(d => d.Waiting), "{turn}", "Samples and videos that wait");
        Telemetry.Meter.CreateObservableGauge("vgpnn.queue.age", () => Measure(d => d.Oldest / 1000.0), "s", "How long the oldest has been ready");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                try
                {
                    Take(await QueueDepth.ReadAsync(_store, stoppingToken));
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogFailed(_log, e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private void Take(IReadOnlyList<QueueDepth> depths)
    {
        lock (_depths)
        {
            foreach ((string, string) key in _depths.Keys.ToArray()) _depths[key] = _depths[key] with { Waiting = 0, Oldest = 0 };
            foreach (QueueDepth depth in depths) _depths[(depth.TenantName, depth.EngineClass)] = depth;
        }
    }

    private Measurement<T>[] Measure<T>(Func<QueueDepth, T> value)
        where T : struct
    {
        lock (_depths) return [.. _depths.Values.Select(d => new Measurement<T>(value(d), new("tenant", d.TenantName), new("group", d.EngineClass)))];
    }

    [LoggerMessage(821, LogLevel.Warning, "What waits could not be counted: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
