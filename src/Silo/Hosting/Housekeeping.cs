using Vgpnn.Grains;

namespace Vgpnn.Silo.Hosting;

/// <summary>Deletes what is kept no longer.</summary>
internal sealed partial class Housekeeping(Retention retention, Outbox outbox, ILogger<Housekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    int deleted = await retention.RunAsync(stoppingToken);
                    if (deleted > 0) LogDeleted(log, deleted);
                    await outbox.PruneAsync(stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogFailed(log, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    [LoggerMessage(811, LogLevel.Information, "{Count} requests and videos had been kept for as long as their tenant wants")]
    private static partial void LogDeleted(ILogger log, int count);

    [LoggerMessage(812, LogLevel.Warning, "What is kept no longer could not be deleted: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
