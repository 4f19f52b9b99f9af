using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Storage;
using Orleans.TestingHost;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Maintenance;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Tenants;
using Vgpnn.Grains.Webhooks;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>Silos in this process that share state, blobs and reminders, and a client of theirs.</summary>
internal sealed class GrainCluster : IAsyncDisposable
{
    /// <summary>Silence after which the dispatcher counts a worker as lost.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    /// <summary>The longest answer to a worker's report.</summary>
    public static readonly TimeSpan ReportWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether calls have no caller unless the test names one.</summary>
    public static readonly AsyncLocal<bool> Nameless = new();

    private static readonly Lazy<Task<GrainCluster>> TheShared = new(() => StartAsync(2));
    private static int _names;

    private readonly ConcurrentQueue<string> _log = new();
    private readonly List<TestWorker> _workers = [];
    private readonly ConcurrentDictionary<string, JobScript> _ingests = new();

    private GrainCluster(short silos, string? serviceId, MemoryStorage states, MemoryBlobs blobs, StorageSetting? storage, bool quickDeath, Action<ISiloBuilder>? configure)
    {
        (Storage, Blobs) = (states, blobs);
        var builder = new InProcessTestClusterBuilder(silos);
        builder.Options.ConfigureFileLogging = false;
#pragma warning disable ORLEANSEXP003
        builder.Options.UseDistributedGrainDirectory = true;
#pragma warning restore ORLEANSEXP003
        if (serviceId is not null) builder.Options.ServiceId = serviceId;
        builder.ConfigureSilo((_, silo) => Configure(silo, storage, quickDeath, configure));
        builder.ConfigureClient(client => client.AddOutgoingGrainCallFilter<OwnName>());
        builder.ConfigureClient(client => client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(12)));
        Silos = builder.Build();
    }

    /// <summary>The silos.</summary>
    public InProcessTestCluster Silos { get; }

    /// <summary>Grains, called over the client, on behalf of the grain's tenant unless the test names a caller.</summary>
    public IGrainFactory Grains => Silos.Client;

    /// <summary>The stored state.</summary>
    public MemoryStorage Storage { get; }

    /// <summary>The blobs.</summary>
    public MemoryBlobs Blobs { get; }

    /// <summary>The reminders.</summary>
    public MemoryReminders Reminders { get; } = new();

    /// <summary>The receivers of webhooks.</summary>
    public FakeWebhooks Webhooks { get; } = new();

    /// <summary>Faults of the storage.</summary>
    public StorageFaults StorageFaults { get; } = new();

    /// <summary>Faults of calls.</summary>
    public CallFaults CallFaults { get; } = new();

    /// <summary>Warnings and errors of the silos.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    /// <summary>The cluster of all tests that kill no silo.</summary>
    public static Task<GrainCluster> SharedAsync() => TheShared.Value;

    /// <summary>Starts a cluster.</summary>
    /// <param name="silos">Number of silos.</param>
    /// <param name="sharing">A cluster with the same service id, state and blobs, but a membership of its own: what a partition looks like.</param>
    /// <param name="storage">The storage of the single silo; <c>null</c>: the memory of the test.</param>
    /// <param name="quickDeath">Whether silos that do not answer are soon declared dead; on a busy machine that may hit living ones.</param>
    /// <param name="configure">Further configuration of each silo.</param>
    public static async Task<GrainCluster> StartAsync(
        short silos, GrainCluster? sharing = null, StorageSetting? storage = null, bool quickDeath = false, Action<ISiloBuilder>? configure = null)
    {
        var cluster = new GrainCluster(
            silos, sharing?.Silos.Options.ServiceId, sharing?.Storage ?? new MemoryStorage(), sharing?.Blobs ?? new MemoryBlobs(), storage, quickDeath, configure);
        await cluster.Silos.DeployAsync();

        // Videos are ingested by a worker that all tests share.
        if (sharing is null)
        {
            var options = new TestWorkerOptions { Script = job => cluster._ingests.GetValueOrDefault(job.Tenant) };
            cluster.StartWorker(Backends.All[0], slots: 16, id: NewName("ingest"), options: options);
        }

        return cluster;
    }

    /// <summary>A name that no other test of this process has.</summary>
    public static string NewName(string prefix) => $"{prefix}-{Interlocked.Increment(ref _names)}-{Guid.NewGuid():N}"[..24];

    /// <summary>Creates a tenant.</summary>
    public async Task<TestTenant> NewTenantAsync(TenantLimits? limits = null)
    {
        string name = NewName("t");
        string id = TenantIds.Of(name);
        CallerContext.ActForCluster();
        await Grains.Tenant(id).Create(name, limits ?? new TenantLimits());
        return new TestTenant(this, id);
    }

    /// <summary>Starts a worker.</summary>
    public TestWorker StartWorker(string backend, int slots = 4, string? id = null, long memory = 8L << 30, TestWorkerOptions? options = null)
    {
        var worker = new TestWorker(this, backend, slots, memory, id ?? NewName("w"), options ?? new TestWorkerOptions());
        lock (_workers) _workers.Add(worker);
        return worker;
    }

    /// <summary>Sets what the ingest of a tenant's videos does.</summary>
    public void OnIngest(string tenant, JobScript script) => _ingests[tenant] = script;

    /// <summary>Ends the activation of a grain and waits until it has ended.</summary>
    public Task DeactivateAsync(IAddressable grain) => Silos.DeactivateAsync(grain);

    /// <summary>The silo on which a grain is active; <c>null</c>: it is not active.</summary>
    public InProcessSiloHandle? SiloOf(IAddressable grain) =>
        Silos.TryGetGrainContext(grain.GetGrainId(), out IGrainContext? context) ? Silos.GetSiloForAddress(context.Address.SiloAddress!) : null;

    /// <summary>What <c>silo check</c> says about a tenant.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(string tenant)
    {
        var problems = new List<string>();
        await foreach (string problem in new StateCheck(Grains, Blobs).RunAsync(tenant)) problems.Add(problem);
        return problems;
    }

    public async ValueTask DisposeAsync()
    {
        TestWorker[] workers;
        lock (_workers) workers = [.. _workers];
        foreach (TestWorker worker in workers) await worker.DisposeAsync();
        await Silos.DisposeAsync();
    }

    private void Configure(ISiloBuilder silo, StorageSetting? storage, bool quickDeath, Action<ISiloBuilder>? configure)
    {
        if (quickDeath)
        {
            silo.Configure<ClusterMembershipOptions>(o =>
            {
                o.ProbeTimeout = TimeSpan.FromSeconds(1.5);
                o.MaxProbeTimeout = TimeSpan.FromSeconds(2);
                o.NumMissedProbesLimit = 3;
                o.NumVotesForDeathDeclaration = 1;
                o.TableRefreshTimeout = TimeSpan.FromSeconds(3);
                o.EnableConnectionLivenessCheck = true;
            });
        }

        // A silo that is declared dead must not end the process of the tests.
        silo.Services.AddSingleton<IFatalErrorHandler>(new Survivor(_log));
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(20));
        silo.Configure<GrainDirectoryOptions>(o => o.RangeLeaseDuration = TimeSpan.Zero);
        silo.UseSiloMetadata(new Dictionary<string, string> { [PreferredRoleDirector.RolesKey] = "api,worker,notify" });
        silo.AddPreferredRolePlacement();
        IServiceCollection services = silo.Services;
        if (storage is null)
        {
            services.AddSingleton<IReminderTable>(Reminders);
            silo.AddReminders();
            services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (_, _) => new FaultyStorage(Storage, StorageFaults));
        }
        else
        {
            // Before the provider that it wraps, the faulty one takes its name.
            silo.UseStorage(storage);
            ServiceDescriptor provider = services.Last(s => s.ServiceType == typeof(IGrainStorage) && Equals(s.ServiceKey, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
            services.Remove(provider);
            services.AddGrainStorage(
                ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
                (p, name) => new FaultyStorage((IGrainStorage)provider.KeyedImplementationFactory!(p, name), StorageFaults));
        }

        services.AddSingleton(p => p.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
        services.AddSingleton<IIncomingGrainCallFilter>(CallFaults);
        services.AddSingleton<IIncomingGrainCallFilter, TenantWall>();
        services.AddSingleton<IBlobStore>(Blobs);
        services.AddSingleton<IWebhookSender>(Webhooks);
        services.AddSingleton<BlobSweeper>();
        services.AddSingleton(new GrainSettings { Lease = Lease, DispatcherGrace = TimeSpan.FromSeconds(1) });
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning).AddProvider(new ListLogger(_log)));
        configure?.Invoke(silo);
    }

    /// <summary>Makes calls on behalf of the called grain's tenant, or of the cluster, unless the test names a caller.</summary>
    private sealed class OwnName : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context)
        {
            if (CallerContext.Tenant is not null || Nameless.Value) return context.Invoke();
            if (typeof(ITenantOwned).IsAssignableFrom(context.InterfaceMethod?.DeclaringType)) CallerContext.ActFor(GrainKeys.TenantOf(context.TargetId.Key.ToString()!));
            else CallerContext.ActForCluster();
            return context.Invoke();
        }
    }

    private sealed class Survivor(ConcurrentQueue<string> log) : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) => log.Enqueue($"Fatal: {context} {exception?.Message}");
    }

    private sealed class ListLogger(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue($"{logLevel}: {formatter(state, exception)} {exception?.GetType().Name} {exception?.Message}");

        public void Dispose()
        {
        }
    }
}
