using System.Diagnostics.Metrics;
using Vgpnn.Grains;
using Vgpnn.Grains.Scheduling;

namespace Vgpnn.Silo.Observing;

/// <summary>What a worker has and uses, measured when somebody asks.</summary>
internal sealed class NodeGauges(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<Capacity>() is not { } capacity) return Task.CompletedTask;
        LevelGrain levels = services.GetRequiredService<LevelGrain>();
        NodeLife life = services.GetRequiredService<NodeLife>();
        KeyValuePair<string, object?> group = new("group", life.Node.EngineClasses[^1]);
        Meter meter = Telemetry.Meter;
        meter.CreateObservableGauge("vgpnn.slots.total", () => new Measurement<int>(capacity.Slots, group), "{slot}", "Long turns that the node runs at once");
        meter.CreateObservableGauge("vgpnn.slots.used", () => new Measurement<int>(capacity.Slots - capacity.FreeSlots, group), "{slot}", "Long turns that it runs");
        meter.CreateObservableGauge("vgpnn.memory.total", () => new Measurement<long>(capacity.Memory, group), "By", "Memory that long turns may hold");
        meter.CreateObservableGauge("vgpnn.memory.promised", () => new Measurement<long>(capacity.Memory - capacity.FreeMemory, group), "By", "Memory promised to them");
        meter.CreateObservableGauge("vgpnn.level_cache.size", () => levels.Bytes, "By", "Levels kept for the next sample");
        meter.CreateObservableGauge("vgpnn.node.trusted", () => life.IsTrusted ? 1 : 0, "1", "Whether the database has lately heard of the node");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
