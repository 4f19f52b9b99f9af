using System.Diagnostics;
using Quartz;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;

namespace Vgpnn.Silo.Hosting;

/// <summary>
/// A node's life as a worker. It begins with a sign of life and ends with a drain: no more work is taken up, what runs is
/// handed back at its next checkpoint, and what has none by the end of the drain is stopped where it is.
/// </summary>
internal sealed partial class Worker(
    SiloSettings settings, NodeInfo node, NodeLife life, ISchedulerFactory factory, Reconciler reconciler, StopTokens stop, ILogger<Worker> log)
    : IHostedService
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        LogStart(log, node.Id, settings.Slots, settings.ThreadsPerSample, settings.Memory >> 20);
        await life.StartAsync(cancellationToken);
        IScheduler scheduler = await factory.GetScheduler(cancellationToken);

        // Whatever ran on this machine before has died with its process: nobody else will say so.
        if (!settings.Database.Contains("Host=", StringComparison.OrdinalIgnoreCase))
            await reconciler.RunAsync(TimeSpan.Zero, cancellationToken);
        await scheduler.Start(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        life.Drain();
        IScheduler scheduler = await factory.GetScheduler(cancellationToken);
        await scheduler.Standby(cancellationToken);
        LogDrain(log, node.Id, life.Running.Count);
        await stop.AskAsync();
        if (!await EmptyAsync(TimeSpan.FromSeconds(settings.DrainSeconds))) LogLate(log, life.Running.Count);
        await stop.ForceAsync();
        await EmptyAsync(LastWords);
        await scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken);
        await life.LeaveAsync(cancellationToken);
        LogStop(log, node.Id, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private async Task<bool> EmptyAsync(TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (life.Running.Count > 0)
        {
            if (Stopwatch.GetElapsedTime(start) > patience) return false;
            await Task.Delay(20);
        }

        return true;
    }

    [LoggerMessage(401, LogLevel.Information, "Node {Node} starts: {Slots} slots of {Threads} threads, {Memory} MiB")]
    private static partial void LogStart(ILogger log, string node, int slots, int threads, long memory);

    [LoggerMessage(402, LogLevel.Information, "Node {Node} drains: {Count} turns are to be handed back")]
    private static partial void LogDrain(ILogger log, string node, int count);

    [LoggerMessage(403, LogLevel.Warning, "{Count} turns came to no checkpoint in time and are stopped")]
    private static partial void LogLate(ILogger log, int count);

    [LoggerMessage(404, LogLevel.Information, "Node {Node} has left after {Seconds:F1} s")]
    private static partial void LogStop(ILogger log, string node, double seconds);
}
