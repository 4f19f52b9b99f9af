using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Storage;
using Vgpnn.Grains.Storage;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>The databases that the cluster's storage supports.</summary>
public enum Database
{
    /// <summary>A SQLite file.</summary>
    Sqlite,

    /// <summary>A PostgreSQL database.</summary>
    Postgres,
}

/// <summary>A silo on a new, migrated database, for tests of its providers.</summary>
internal sealed class StorageHost : IAsyncDisposable
{
    private readonly IHost _host;

    private StorageHost(IHost host) => _host = host;

    public IGrainStorage Storage => _host.Services.GetRequiredService<IGrainStorage>();

    public IReminderTable Reminders => _host.Services.GetRequiredService<IReminderTable>();

    public IMembershipTable Membership => _host.Services.GetRequiredService<IMembershipTable>();

    public IServiceProvider Services => _host.Services;

    /// <summary>A setting for an empty database.</summary>
    public static async Task<StorageSetting> NewDatabaseAsync(Database database) => database == Database.Sqlite
        ? StorageSetting.Parse("", Directory.CreateTempSubdirectory("vgpnn-storage-").FullName)
        : StorageSetting.Parse($"postgres:{await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()}", "unused");

    public static async Task<StorageHost> StartAsync(Database database) => await StartAsync(await NewDatabaseAsync(database));

    /// <summary>Starts a silo of a service on a storage that other services may use too.</summary>
    public static async Task<StorageHost> StartAsync(StorageSetting setting, string service = "test")
    {
        await Migrator.MigrateAsync(setting);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (service, service))
            .Configure<EndpointOptions>(o => (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (IPAddress.Loopback, PostgresServer.FreePort(), 0))
            .UseStorage(setting));
        IHost host = builder.Build();
        await host.StartAsync();
        return new StorageHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
