using Vgpnn.Grains;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.State;
using Vgpnn.Silo.Scheduling;

namespace Vgpnn.Silo.Hosting;

/// <summary>What comes before everything else: the schema, the clock, the container of the blobs.</summary>
internal sealed class Preparation(SiloSettings settings, StateStore store, TimeProvider clock) : IHostedService
{
    // The scheduler compares times that different nodes wrote.
    internal static readonly TimeSpan LargestDifference = TimeSpan.FromSeconds(1);

    // The pool starts threads slowly; heartbeats and timers must not wait for that behind the engine's.
    private const int SpareThreads = 16;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ThreadPool.SetMinThreads((settings.Slots * settings.ThreadsPerSample) + SpareThreads, SpareThreads);
        if (settings.Database.StartsWith("Data Source=", StringComparison.OrdinalIgnoreCase)) Directory.CreateDirectory(settings.Data);
        if (settings.Migrate) await Schema.MigrateAsync(settings.Database, cancellationToken);
        await Migrator.RequireAsync(store, cancellationToken);
        TimeSpan difference = await NodeRegistry.ClockDifferenceAsync(store, clock, cancellationToken);
        if (difference.Duration() > LargestDifference)
        {
            throw new GrainException(
                "clock", $"this machine's clock is {difference.TotalSeconds:F1} s ahead of the database's, and 1 s is allowed", "keep clocks with NTP");
        }

        if (settings.Migrate) await BlobStores.PrepareAsync(settings.Blobs, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
