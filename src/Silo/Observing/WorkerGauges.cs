using System.Diagnostics.Metrics;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Silo.Hosting.Jobs;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// The limits and the usage of a worker, read when metrics are collected. Values of several workers may be added, which is why these are
/// up-down counters and not gauges.
/// </summary>
internal sealed class WorkerGauges(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<SiloCapacity>() is not { } capacity) return Task.CompletedTask;
        LevelBudget levels = services.GetRequiredService<LevelBudget>();
        Worker worker = services.GetRequiredService<Worker>();
        long cache = services.GetRequiredService<SiloSettings>().LevelCache;
        KeyValuePair<string, object?> backend = new(TelemetryNames.Backend, services.GetRequiredService<WorkerIdentity>().Backends[^1]);
        Create("vgpnn.worker.ready", "{worker}", "1 while a dispatcher answers the worker, otherwise 0.", () => worker.IsReady ? 1 : 0);
        Create("vgpnn.worker.slot.limit", "{slot}", "Jobs that the worker can run at once.", () => capacity.Slots);
        Create("vgpnn.worker.slot.usage", "{slot}", "Jobs that the worker runs.", () => worker.Running);
        Create("vgpnn.worker.memory.limit", "By", "Memory of the worker for jobs.", () => capacity.Memory);
        Create("vgpnn.worker.memory.reserved", "By", "Memory that running jobs have reserved by their plans.", () => capacity.Memory - capacity.FreeMemory);
        Create("vgpnn.level_cache.limit", "By", "Memory that the level cache may use.", () => cache);
        Create("vgpnn.level_cache.usage", "By", "Memory that the level cache uses.", () => levels.Bytes);
        return Task.CompletedTask;

        void Create(string name, string unit, string description, Func<long> value) =>
            VgpnnTelemetry.Meter.CreateObservableUpDownCounter(name, () => new Measurement<long>(value(), backend), unit, description);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
