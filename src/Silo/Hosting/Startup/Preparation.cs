using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Hosting.Startup;

/// <summary>What comes before the silo joins: threads, the schema of the storage, the container of the blobs.</summary>
internal sealed class Preparation(SiloSettings settings, IBlobStore blobs) : IHostedService, IDisposable
{
    // The pool starts threads slowly; probes and timers must not wait for that behind computing threads.
    private const int SpareThreads = 16;

    private DataDirectoryLock? _lock;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ThreadPool.SetMinThreads((settings.Slots * settings.ThreadsPerSample) + SpareThreads, SpareThreads);
        StorageSetting storage = StorageSetting.Parse(settings.Storage, settings.Data);
        if (storage is SqliteStorage) _lock = DataDirectoryLock.Acquire(settings.Data);
        if (settings.Migrate)
        {
            await Migrator.MigrateAsync(storage, cancellationToken);
            await blobs.PrepareAsync(cancellationToken);
        }
        else
        {
            await Migrator.RequireAsync(storage, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _lock?.Dispose();
}
