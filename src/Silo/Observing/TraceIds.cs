using System.Diagnostics;
using Vgpnn.Grains.Telemetry;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// For a node without a collector: spans are not recorded, but have ids, so that the log's lines of one sample belong together on
/// whatever node they were written.
/// </summary>
internal sealed class TraceIds : IHostedService, IDisposable
{
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == VgpnnTelemetry.Name,
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
    };

    public Task StartAsync(CancellationToken cancellationToken)
    {
        ActivitySource.AddActivityListener(_listener);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();
}
