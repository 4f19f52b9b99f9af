using System.Diagnostics.Metrics;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Silo.Hosting;

namespace Vgpnn.Silo.Observing;

/// <summary>What a worker has and uses, measured when it is collected.</summary>
internal sealed class WorkerGauges(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<SiloCapacity>() is not { } capacity) return Task.CompletedTask;
        LevelBudget levels = services.GetRequiredService<LevelBudget>();
        Worker worker = services.GetRequiredService<Worker>();
        KeyValuePair<string, object?> group = new("group", services.GetRequiredService<WorkerIdentity>().Backends[^1]);
        Meter meter = VgpnnTelemetry.Meter;
        meter.CreateObservableGauge("vgpnn.slots.total", () => new Measurement<int>(capacity.Slots, group), "{slot}", "Jobs that the worker runs at once");
        meter.CreateObservableGauge("vgpnn.slots.used", () => new Measurement<int>(worker.Running, group), "{slot}", "Jobs that it runs");
        meter.CreateObservableGauge("vgpnn.memory.total", () => new Measurement<long>(capacity.Memory, group), "By", "Memory for jobs");
        meter.CreateObservableGauge("vgpnn.memory.promised", () => new Measurement<long>(capacity.Memory - capacity.FreeMemory, group), "By", "Memory promised to jobs");
        meter.CreateObservableGauge("vgpnn.level_cache.size", () => levels.Bytes, "By", "Levels kept for the next sample");
        meter.CreateObservableGauge("vgpnn.worker.ready", () => worker.IsReady ? 1 : 0, "{worker}", "Whether a dispatcher has answered the worker lately");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
