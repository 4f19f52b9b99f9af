using Microsoft.Extensions.Logging.Abstractions;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State;
using Vgpnn.Kernels.OpenCl;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>The databases that every rule holds in.</summary>
public enum Database
{
    /// <summary>A file.</summary>
    Sqlite,

    /// <summary>A real server.</summary>
    Postgres,
}

/// <summary>A test's own database and blobs.</summary>
internal sealed class Bundle : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-grains-").FullName;

    private Bundle(string connection, FileBlobStore? blobs = null)
    {
        Connection = connection;
        Store = StateStore.Open(connection);
        Blobs = blobs ?? new FileBlobStore(Path.Combine(_directory, "blobs"));
        Tenants = new TenantGrain(Store);
        Videos = new VideoGrain(Store, Blobs);
        Requests = new RequestGrain(Store);
    }

    public string Connection { get; }

    public StateStore Store { get; }

    public FileBlobStore Blobs { get; }

    public TenantGrain Tenants { get; }

    public VideoGrain Videos { get; }

    public RequestGrain Requests { get; }

    public string this[string name] => Path.Combine(_directory, name);

    public static async Task<Bundle> NewAsync(Database database, bool migrated = true)
    {
        string connection = database == Database.Postgres
            ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()
            : $"Data Source={Path.Combine(Directory.CreateTempSubdirectory("vgpnn-sqlite-").FullName, "state.db")}";
        var bundle = new Bundle(connection);
        if (migrated) await Migrator.MigrateAsync(bundle.Store);
        return bundle;
    }

    /// <summary>A database that is there already, and blobs that may be.</summary>
    public static async Task<Bundle> OfAsync(string connection, FileBlobStore? blobs = null)
    {
        var bundle = new Bundle(connection, blobs);
        if (blobs is null) await Migrator.MigrateAsync(bundle.Store);
        return bundle;
    }

    /// <summary>A node of this test process.</summary>
    public TestNode Node(string name = "node-1", int slots = 4, long memory = 8L << 30) =>
        new(this, new NodeInfo(name, "1", [EngineClass.Cpu], slots, memory));

    /// <summary>A node with a device.</summary>
    public TestNode Node(OpenClEngine device, string name = "node-1", long? deviceMemory = null) => new(
        this, new NodeInfo(name, "1", [EngineClass.Cpu, EngineClass.OpenCl], 4, 8L << 30, deviceMemory ?? DeviceCost.UsableBytes(device.Session)), device);

    public Task<string> TenantAsync(string name = "a", TenantLimits? limits = null) => Tenants.CreateAsync(name, limits ?? new TenantLimits());

    /// <summary>A small clip, stored and taken in.</summary>
    public async Task<string> VideoAsync(string tenant)
    {
        VideoStatus video = await Videos.StoreAsync(tenant, "clip.mp4", new MemoryStream(await Clips.SmallAsync()));
        await using TestNode node = Node("ingest");
        await node.RunAllAsync();
        return video.VideoId;
    }

    /// <summary>As <see cref="VideoAsync"/> where nobody will look at the frames.</summary>
    public async Task<string> VideoRowAsync(string tenant)
    {
        string video = Ids.New();
        await Store.RunAsync(state => state.ExecuteAsync(
            """
            INSERT INTO videos (video_id, tenant_id, content_hash, name, state, original_key, frames, height, width, frame_rate, created_at)
            VALUES (@video, @tenant, @video, 'x', 'ready', 'x', 8, 32, 48, '10', 0)
            """,
            new { video, tenant }));
        return video;
    }

    public Task<RequestStatus> SubmitAsync(string tenant, string video, int samples = 1, MethodOptions? options = null, string? key = null, ulong seed = 7) =>
        Requests.SubmitAsync(tenant, Request(video, samples, options, key, seed));

    public static NewRequest Request(string video, int samples = 1, MethodOptions? options = null, string? key = null, ulong seed = 7) => new()
    {
        Inputs = [new RequestInput(InputRole.Input, video)],
        Settings = new RequestSettings { Options = options ?? Clips.Quick },
        Samples = samples,
        Seed = seed,
        IdempotencyKey = key,
    };

    public Task<SampleStatus> SampleAsync(string tenant, string request, int index = 0) => SampleGrain.GetAsync(Store, tenant, request, index);

    public async Task HoldsAsync() => Assert.Empty(await Invariants.ViolationsAsync(Store));

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        if (Connection.StartsWith("Data Source=", StringComparison.Ordinal))
            Directory.Delete(Path.GetDirectoryName(Connection["Data Source=".Length..])!, recursive: true);
    }
}

/// <summary>A node whose turns are run by the test, one after the other: there is no scheduler to wait for.</summary>
internal sealed class TestNode : ITurnScheduler, IAsyncDisposable
{
    private readonly Bundle _bundle;
    private readonly NodeLife _life;
    private readonly WorkDirectory _work;
    private readonly TurnRunner _runner;
    private readonly LevelGrain _levels;

    public TestNode(Bundle bundle, NodeInfo info, OpenClEngine? device = null)
    {
        _levels = new LevelGrain(64L << 20, device);
        _bundle = bundle;
        Info = info;
        Capacity = new Capacity(info.Slots, info.Memory, info.DeviceMemory, device is null ? null : () => device.Session.Broken is null);
        Turns = new LongTurns(bundle.Store);
        _life = new NodeLife(bundle.Store, info, new CheckIn(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)), NullLogger<NodeLife>.Instance);
        _work = new WorkDirectory(bundle[$"work-{info.Id}"]);
        var samples = new SampleGrain(bundle.Store, bundle.Blobs, _levels, _work, new SampleOptions(2, TimeSpan.Zero));
        _runner = new TurnRunner(Turns, _life, Capacity, samples, bundle.Videos, _work, NullLogger<TurnRunner>.Instance);
    }

    public NodeInfo Info { get; }

    public Capacity Capacity { get; }

    public LongTurns Turns { get; }

    public HashSet<string> Warm { get; } = [];

    public Reconciler Reconciler => new(_bundle.Store, Turns, _life, this, Capacity);

    /// <summary>Shows itself to the cluster, and goes on showing that it lives.</summary>
    public Task ShowAsync() => _life.StartAsync();

    public Task<GrainKey?> AdmitAsync() => _bundle.Tenants.AdmitAsync(Info, Capacity, Warm, this);

    /// <summary>Admits one turn and takes it up.</summary>
    public async Task<Activation> BeginAsync()
    {
        GrainKey grain = await AdmitAsync() ?? throw new InvalidOperationException("nothing to admit");
        return await Turns.BeginAsync(grain, Info.Id, Capacity) ?? throw new InvalidOperationException("nothing to begin");
    }

    public Task RunAsync(GrainKey grain, CancellationToken handBack = default) => _runner.RunAsync(grain, handBack, CancellationToken.None);

    /// <summary>Admits and runs until there is nothing left to admit.</summary>
    public async Task RunAllAsync()
    {
        while (await AdmitAsync() is { } grain) await RunAsync(grain);
    }

    public Task ScheduleAsync(StateTransaction state, GrainKey grain, string engineClass) => Task.CompletedTask;

    public Task<bool> KnowsAsync(GrainKey grain, CancellationToken cancellation = default) => Task.FromResult(false);

    public ValueTask DisposeAsync()
    {
        _life.Dispose();
        _work.Dispose();
        return ValueTask.CompletedTask;
    }
}
