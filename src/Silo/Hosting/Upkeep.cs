using System.Diagnostics;
using Vgpnn.Grains;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State;

namespace Vgpnn.Silo.Hosting;

/// <summary>What has to be done from time to time: turns that got lost, blobs that nobody can reach, nodes that are no more.</summary>
internal sealed partial class Upkeep(
    SiloSettings settings, StateStore store, NodeLife life, Reconciler reconciler, Sweeper sweeper, ILogger<Upkeep> log) : BackgroundService
{
    private static readonly TimeSpan OrphanInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan UploadAge = TimeSpan.FromHours(24);
    private static readonly TimeSpan ForgetNodesAfter = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        TimeSpan interval = settings.CheckIn.Interval + settings.CheckIn.Threshold;
        long lastOrphans = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!life.MayAdmit) continue;
                await TryAsync("lost turns", () => reconciler.RunAsync(2 * interval, stoppingToken));
                await TryAsync("dead blobs", () => sweeper.SweepDeadAsync(stoppingToken));
                if (Stopwatch.GetElapsedTime(lastOrphans) < OrphanInterval) continue;
                lastOrphans = Stopwatch.GetTimestamp();
                await TryAsync("orphaned blobs", () => sweeper.SweepOrphansAsync(UploadAge, stoppingToken));
                await NodeRegistry.RemoveSilentAsync(store, ForgetNodesAfter, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task TryAsync(string what, Func<Task<int>> work)
    {
        try
        {
            int found = await work();
            if (found > 0) LogFound(log, found, what);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(log, what, e.Message);
        }
    }

    [LoggerMessage(601, LogLevel.Information, "{Count} {What} were dealt with")]
    private static partial void LogFound(ILogger log, int count, string what);

    [LoggerMessage(602, LogLevel.Warning, "Looking for {What} failed: {Reason}")]
    private static partial void LogFailed(ILogger log, string what, string reason);
}
