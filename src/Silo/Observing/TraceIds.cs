using System.Diagnostics;
using Vgpnn.Grains.Telemetry;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// For a silo without a collector: spans are not recorded, but have ids, so that all log lines of a sample have the same trace id, on
/// any silo.
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
