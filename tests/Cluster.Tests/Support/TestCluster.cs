using Vgpnn.Grains;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Silo.Scheduling;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>A test's own database and blobs, and the silos that work on them.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-cluster-").FullName;
    private readonly List<SiloProcess> _silos = [];
    private readonly Dictionary<string, string> _settings;

    private TestCluster(string connection, IReadOnlyDictionary<string, string> settings)
    {
        Connection = connection;
        Store = StateStore.Open(connection);
        Blobs = new FileBlobStore(Path.Combine(_directory, "blobs"));
        Tenants = new TenantGrain(Store);
        Videos = new VideoGrain(Store, Blobs);
        Requests = new RequestGrain(Store);
        _settings = new Dictionary<string, string>(settings);
        _settings.TryAdd("database", connection);
        _settings.TryAdd("blobs", Path.Combine(_directory, "blobs"));
        foreach ((string name, string value) in Fast) _settings.TryAdd(name, value);
    }

    /// <summary>Short times, so that deaths are noticed within two seconds.</summary>
    private static readonly Dictionary<string, string> Fast = new()
    {
        ["checkInSeconds"] = "0.5",
        ["thresholdSeconds"] = "1.5",
        ["pollSeconds"] = "0.1",
        ["checkpointSeconds"] = "0",
        ["slots"] = "2",
        ["threads"] = "1",
        ["drainSeconds"] = "10",
    };

    public string Connection { get; }

    public StateStore Store { get; }

    public FileBlobStore Blobs { get; }

    public TenantGrain Tenants { get; }

    public VideoGrain Videos { get; }

    public RequestGrain Requests { get; }

    public string BlobDirectory => Path.Combine(_directory, "blobs");

    public IReadOnlyList<SiloProcess> Silos => _silos;

    /// <summary>Variables that silos started from now on get.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The silo.dll of those started from now on; null: this version's.</summary>
    public string? Program { get; set; }

    public static Task<TestCluster> SqliteAsync(params (string Name, string Value)[] settings) =>
        NewAsync($"Data Source={Path.Combine(Directory.CreateTempSubdirectory("vgpnn-sqlite-").FullName, "state.db")}", settings);

    public static async Task<TestCluster> PostgresAsync(params (string Name, string Value)[] settings) =>
        await NewAsync(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(), settings);

    public static async Task<TestCluster> NewAsync(string connection, params (string Name, string Value)[] settings)
    {
        await Schema.MigrateAsync(connection);
        return Unmigrated(connection, settings);
    }

    /// <summary>One whose schema somebody else makes.</summary>
    public static TestCluster Unmigrated(string connection, params (string Name, string Value)[] settings) =>
        new(connection, settings.ToDictionary(s => s.Name, s => s.Value));

    /// <summary>Starts a silo and waits until it is ready.</summary>
    public async Task<SiloProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        SiloProcess silo = Launch(settings: settings);
        await silo.ReadyAsync();
        return silo;
    }

    public SiloProcess Launch(string verb = "", params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(_settings) { ["name"] = $"silo{_silos.Count}" };
        foreach ((string name, string value) in settings) all[name] = value;
        SiloProcess silo = SiloProcess.Start(_directory, all, verb, environment: Environment, silo: Program);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Stores a file and waits until a silo has taken it in.</summary>
    public async Task<string> VideoAsync(string tenant, byte[] content)
    {
        VideoStatus video = await Videos.StoreAsync(tenant, "clip.mp4", new MemoryStream(content));
        await UntilAsync("the video is ready", async () =>
        {
            VideoStatus now = await Videos.GetAsync(tenant, video.VideoId);
            return now.State == VideoState.Failed ? throw new InvalidOperationException(now.Error) : now.State == VideoState.Ready;
        });
        return video.VideoId;
    }

    /// <summary>A tenant with a video that a silo has taken in.</summary>
    public async Task<(string Tenant, string Video)> TenantAsync(string name = "a", byte[]? clip = null)
    {
        string tenant = await Tenants.CreateAsync(name, new TenantLimits());
        return (tenant, await VideoAsync(tenant, clip ?? await Clips.SmallAsync()));
    }

    public Task<RequestStatus> SubmitAsync(string tenant, string video, int samples, MethodOptions? options = null, ulong seed = 7) =>
        Requests.SubmitAsync(tenant, new NewRequest
        {
            Inputs = [new RequestInput(InputRole.Input, video)],
            Settings = new RequestSettings { Options = options ?? Clips.Quick },
            Samples = samples,
            Seed = seed,
        });

    public async Task<RequestStatus> FinishedAsync(string tenant, string request)
    {
        await UntilAsync("the request is finished", async () => (await Requests.GetAsync(tenant, request)).State == RequestState.Finished);
        return await Requests.GetAsync(tenant, request);
    }

    public Task<SampleStatus> SampleAsync(string tenant, string request, int index = 0) => SampleGrain.GetAsync(Store, tenant, request, index);

    public async Task<string?[]> HashesAsync(string tenant, string request) =>
        [.. (await SampleGrain.ListAsync(Store, tenant, request, -1, 100_000)).Select(s => s.FramesSha256)];

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) => Store.RunAsync(state => state.QueryAsync<T>(sql, parameters));

    public Task<T> ScalarAsync<T>(string sql, object? parameters = null) => Store.RunAsync(state => state.ScalarAsync<T>(sql, parameters));

    /// <summary>The silo that runs a node; null while nobody does.</summary>
    public SiloProcess? Of(string? node) => node is null ? null : _silos.Single(s => node.StartsWith($"silo{_silos.IndexOf(s)}-", StringComparison.Ordinal));

    /// <summary>The silo that runs a sample now; null: none does.</summary>
    public async Task<SiloProcess?> RunnerAsync(string request, int index = 0) => Of((await QueryAsync<string>(
        "SELECT node FROM turns WHERE grain = @grain AND state = 'running'", new { grain = GrainKey.Sample(request, index).ToString() })).SingleOrDefault());

    /// <summary>Waits for a sample to have a checkpoint, and says who runs it.</summary>
    public async Task<SiloProcess> UnderWayAsync(string tenant, string request, int index = 0)
    {
        SiloProcess? runner = null;
        await UntilAsync("a level of the sample is safe", async () =>
            (await SampleAsync(tenant, request, index)).CheckpointKey is not null && (runner = await RunnerAsync(request, index)) is not null);
        return runner!;
    }

    public Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? every = null) => Until.HoldsAsync(what, condition, ExplainAsync, every);

    /// <summary>How a sample's activations ended, in their order; null: it has not.</summary>
    public Task<IReadOnlyList<string?>> OutcomesAsync(string request, int index = 0) => QueryAsync<string?>(
        "SELECT outcome FROM activations WHERE grain = @grain ORDER BY epoch", new { grain = GrainKey.Sample(request, index).ToString() });

    /// <summary>Checks every rule of the state, and that each blob has a row and each row a blob.</summary>
    public async Task HoldsAsync()
    {
        Assert.Empty(await Invariants.ViolationsAsync(Store));
        var sweeper = new Sweeper(Store, Blobs);
        await sweeper.SweepDeadAsync();
        await sweeper.SweepOrphansAsync(TimeSpan.Zero);
        IEnumerable<string> rows = await QueryAsync<string>("SELECT blob_key FROM blobs");
        Assert.Equal(
            rows.Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(BlobDirectory, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(BlobDirectory, f)).Where(k => !k.StartsWith('.')).Order(StringComparer.Ordinal));
    }

    /// <summary>Who ran what, for the message of a test that fails.</summary>
    public async Task<string> ExplainAsync()
    {
        IEnumerable<string> activations = await QueryAsync<string>(
            "SELECT grain || ' ' || epoch || ' ' || node || ' ' || coalesce(outcome, 'open') FROM activations ORDER BY started_at");
        IEnumerable<string> turns = await QueryAsync<string>("SELECT grain || ' ' || state || ' ' || coalesce(node, '') FROM turns ORDER BY grain");
        return $"activations:\n{string.Join('\n', activations)}\nturns:\n{string.Join('\n', turns)}\n"
            + string.Join('\n', _silos.Select((s, i) => $"--- silo{i} {(s.HasExited ? "gone" : "alive")}\n{Tail(s.Log)}"));

        static string Tail(string log) => string.Join('\n', log.Split('\n').TakeLast(40));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SiloProcess silo in _silos) await silo.DisposeAsync();
        await Store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        if (Connection.StartsWith("Data Source=", StringComparison.Ordinal))
            Directory.Delete(Path.GetDirectoryName(Connection["Data Source=".Length..])!, recursive: true);
    }
}
