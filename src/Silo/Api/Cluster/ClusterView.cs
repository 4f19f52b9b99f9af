using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tenants;
using Vgpnn.Synthesis.Backends;

namespace Vgpnn.Silo.Api.Cluster;

/// <summary>The cluster's workers and failures, as the dispatchers know them.</summary>
internal sealed class ClusterView(IGrainFactory grains)
{
    /// <summary>Asks all dispatchers.</summary>
    public async Task<IReadOnlyList<DispatcherStatus>> ReadAsync(CancellationToken cancellation)
    {
        CallerContext.ActForCluster();
        return await Task.WhenAll(Backends.All.Select(b => grains.Dispatcher(b).Status())).WaitAsync(cancellation);
    }

    /// <summary>Bytes of the largest device of any worker; <c>null</c>: no worker has one.</summary>
    public async Task<long?> LargestDeviceAsync(CancellationToken cancellation)
    {
        CallerContext.ActForCluster();
        DispatcherStatus status = await grains.Dispatcher(BackendName.Gpu).Status().WaitAsync(cancellation);
        return status.Workers.Max(w => w.Report.DeviceMemory);
    }

    /// <summary>The workers, each once: a worker with a device reports to two dispatchers.</summary>
    public static IReadOnlyList<Node> Nodes(IEnumerable<DispatcherStatus> dispatchers) =>
        [.. dispatchers.SelectMany(d => d.Workers).GroupBy(w => w.Report.Worker).Select(Merge).OrderBy(n => n.Id, StringComparer.Ordinal)];

    private static Node Merge(IGrouping<string, WorkerStatus> worker) => new()
    {
        Id = worker.Key,
        Version = worker.First().Report.Version,
        Slots = worker.Max(w => w.Report.Slots),
        Running = worker.Sum(w => w.Report.Running.Count),
        Memory = worker.Max(w => w.Report.Memory),
        Draining = worker.Any(w => w.Report.Draining),
        Silent = worker.Min(w => w.Silent) / 1000.0,
    };
}
