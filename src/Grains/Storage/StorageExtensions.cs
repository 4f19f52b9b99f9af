using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Vgpnn.Grains.Storage;

/// <summary>Connects Orleans to the storage: clustering, grain state under the provider name "Default", and reminders.</summary>
public static class StorageExtensions
{
    /// <summary>The name under which Orleans knows SQLite. The driver is Microsoft.Data.Sqlite.</summary>
    private const string SqliteInvariant = "System.Data.SQLite";
    private const string PostgresInvariant = "Npgsql";

    /// <summary>The name of Orleans' own storage, which the default provider wraps.</summary>
    private const string Wrapped = "wrapped";

    /// <summary>Adds clustering, grain storage and reminders to a silo. Call it after the endpoints are configured.</summary>
    public static ISiloBuilder UseStorage(this ISiloBuilder builder, StorageSetting storage) => storage switch
    {
        SqliteStorage sqlite => builder.UseSqlite(sqlite),
        PostgresStorage postgres => builder.UsePostgres(postgres),
        AzureStorage azure => builder.UseAzure(azure),
        _ => throw new ArgumentOutOfRangeException(nameof(storage)),
    };

    /// <summary>Adds clustering to a client, which connects to the gateways of the cluster.</summary>
    /// <exception cref="GrainException"><c>bad-setting</c>: a cluster on SQLite is a single process.</exception>
    public static IClientBuilder UseStorage(this IClientBuilder builder, StorageSetting storage)
    {
        switch (storage)
        {
            case PostgresStorage postgres:
                DbDataSource source = builder.Services.AddDataSource(NpgsqlDataSource.Create(postgres.Connection));
                return builder.UseAdoNetClustering(o => (o.Invariant, o.DataSource) = (PostgresInvariant, source));
            case AzureStorage azure:
                return builder.UseAzureStorageClustering(o => (o.TableServiceClient, o.TableName) = (azure.Tables, AzureStorage.MembershipTable));
            default:
                throw new GrainException(
                    "bad-setting", "a process without a silo cannot use SQLite, which only one process opens",
                    "set Storage to postgres:CONNECTION or azure:CONNECTION");
        }
    }

    private static ISiloBuilder UseSqlite(this ISiloBuilder builder, SqliteStorage sqlite)
    {
        DbDataSource source = builder.Services.AddDataSource(new SqliteDataSource(sqlite.Path));
        builder.UseDevelopmentClustering(primarySiloEndpoint: null);
        return builder.UseDatabase(SqliteInvariant, source);
    }

    private static ISiloBuilder UsePostgres(this ISiloBuilder builder, PostgresStorage postgres)
    {
        DbDataSource source = builder.Services.AddDataSource(NpgsqlDataSource.Create(postgres.Connection));
        builder.UseAdoNetClustering(o => (o.Invariant, o.DataSource) = (PostgresInvariant, source));
        return builder.UseDatabase(PostgresInvariant, source);
    }

    private static ISiloBuilder UseDatabase(this ISiloBuilder builder, string invariant, DbDataSource source) => builder
        .AddAdoNetGrainStorage(Wrapped, o =>
        {
            (o.Invariant, o.DataSource) = (invariant, source);
            o.GrainStorageSerializer = new GrainStateSerializer();
            o.DeleteStateOnClear = true;
        })
        .UseQualifiedKeys((storage, _) => QualifiedKeyStorage.ForDatabase(storage))
        .UseAdoNetReminderService(o => (o.Invariant, o.DataSource) = (invariant, source));

    private static ISiloBuilder UseAzure(this ISiloBuilder builder, AzureStorage azure) => builder
        .UseAzureStorageClustering(o => (o.TableServiceClient, o.TableName) = (azure.Tables, AzureStorage.MembershipTable))
        .AddAzureBlobGrainStorage(Wrapped, o =>
        {
            (o.BlobServiceClient, o.ContainerName) = (azure.Blobs, AzureStorage.StateContainer);
            o.GrainStorageSerializer = new GrainStateSerializer();
            o.DeleteStateOnClear = true;
        })
        .UseQualifiedKeys((storage, cluster) => QualifiedKeyStorage.ForAzure(storage, cluster.ServiceId))
        .UseAzureTableReminderService(o => o.Configure(
            options => (options.TableServiceClient, options.TableName) = (azure.Tables, AzureStorage.RemindersTable)));

    /// <summary>Makes the wrapped storage, with qualified keys, the default one.</summary>
    private static ISiloBuilder UseQualifiedKeys(this ISiloBuilder builder, Func<IGrainStorage, ClusterOptions, QualifiedKeyStorage> qualify)
    {
        builder.Services.AddGrainStorage(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
            (services, _) => qualify(
                services.GetRequiredKeyedService<IGrainStorage>(Wrapped), services.GetRequiredService<IOptions<ClusterOptions>>().Value));
        builder.Services.AddSingleton(
            services => services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
        return builder;
    }

    /// <summary>Registers the data source so that it is disposed with the host.</summary>
    private static DbDataSource AddDataSource(this IServiceCollection services, DbDataSource source)
    {
        services.AddSingleton(_ => source);
        return source;
    }
}
