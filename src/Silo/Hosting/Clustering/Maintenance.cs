using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Silo.Hosting.Clustering;

/// <summary>Has the cluster's maintenance run from time to time. Every silo asks; one activation does it.</summary>
internal sealed partial class Maintenance(IGrainFactory grains, ILogger<Maintenance> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CallerContext.ActForCluster();
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await grains.Maintenance().Run();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogFailed(log, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    [LoggerMessage(811, LogLevel.Warning, "Maintenance did not finish: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
