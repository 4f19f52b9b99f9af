using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;

namespace Vgpnn.Silo.Hosting;

/// <summary>
/// Fills a node's free slots: when one comes free, when work arises in this process, and from time to time, because work
/// also arises elsewhere. A node starts slowly: with one turn, and with twice as many after each that ended well. One that is
/// started again and again because of what it runs so takes little with it, and shows which turn it is.
/// </summary>
internal sealed partial class AdmissionPump(
    SiloSettings settings, TenantGrain tenants, NodeInfo node, NodeLife life, Capacity capacity, LevelGrain levels, ITurnScheduler scheduler,
    ILogger<AdmissionPump> log) : BackgroundService
{
    private readonly SemaphoreSlim _wake = new(0);
    private int _atOnce = 1;

    /// <summary>Looks for work now.</summary>
    public void Wake() => _wake.Release();

    /// <summary>A turn has ended, and the process is still there.</summary>
    public void Ended()
    {
        Volatile.Write(ref _atOnce, Math.Min(2 * Volatile.Read(ref _atOnce), capacity.Slots));
        Wake();
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (life.MayAdmit && capacity.FreeSlots > capacity.Slots - Volatile.Read(ref _atOnce)
                    && await tenants.AdmitAsync(node, capacity, levels.Warm, scheduler, stoppingToken) is { } grain)
                    LogAdmitted(log, grain);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(log, e.Message);
            }

            try
            {
                // Nodes that look at the same moment wait for each other.
                double wait = settings.PollSeconds * (0.75 + (Random.Shared.NextDouble() / 2));
                await _wake.WaitAsync(TimeSpan.FromSeconds(wait), stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            while (_wake.Wait(0, CancellationToken.None))
            {
                // One look answers all calls.
            }
        }
    }

    [LoggerMessage(501, LogLevel.Debug, "Admitted {Grain}")]
    private static partial void LogAdmitted(ILogger log, GrainKey grain);

    [LoggerMessage(502, LogLevel.Warning, "No work could be admitted: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
