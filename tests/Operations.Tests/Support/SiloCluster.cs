using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Operations.Tests.Support;

/// <summary>
/// Silos as an operator runs them, with a database or a data directory and a directory of blobs of their own. Tests use them through their
/// public surfaces only, so that silos of other versions fit.
/// </summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-operations-").FullName;
    private readonly List<SiloProcess> _silos = [];
    private readonly Dictionary<string, string> _settings;

    private SiloCluster(string storage, IEnumerable<(string Name, string Value)> settings)
    {
        Storage = storage;
        _settings = new Dictionary<string, string>
        {
            ["data"] = Path.Combine(_directory, "data"),
            ["storage"] = storage,
            ["blobs"] = Path.Combine(_directory, "blobs"),
            ["checkpointSeconds"] = "0",
            ["slots"] = "2",
            ["threads"] = "1",
            ["drainSeconds"] = "10",
        };
        foreach ((string name, string value) in settings) _settings[name] = value;
    }

    /// <summary>The setting Storage.</summary>
    public string Storage { get; }

    /// <summary>Environment variables of silos that start from now on.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The silo.dll of silos that start from now on; <c>null</c> means this version's.</summary>
    public string? Program { get; set; }

    /// <summary>A cluster on a new PostgreSQL database.</summary>
    public static async Task<SiloCluster> PostgresAsync(params (string Name, string Value)[] settings) =>
        new($"postgres:{await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()}", settings);

    /// <summary>A cluster of one silo on SQLite.</summary>
    public static SiloCluster Sqlite(params (string Name, string Value)[] settings) => new("", settings);

    /// <summary>Starts a silo and waits until it is ready.</summary>
    public async Task<SiloProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        SiloProcess silo = Launch("", settings);
        await silo.ReadyAsync();
        return silo;
    }

    /// <summary>Starts a silo, or a verb of it.</summary>
    public SiloProcess Launch(string verb = "", params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(_settings) { ["name"] = $"silo{_silos.Count}" };
        foreach ((string name, string value) in settings) all[name] = value;
        SiloProcess silo = SiloProcess.Start(_directory, all, verb, environment: Environment, silo: Program);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Calls the API of a silo that was started with <c>serve</c>, with the first key.</summary>
    public Calls Call(SiloProcess silo) => new(silo.Port, File.ReadAllText(Path.Combine(_directory, "data", "first-key")).Trim());

    /// <summary>Waits for a condition; the message of a failure quotes the silos' logs.</summary>
    public Task UntilAsync(string what, Func<Task<bool>> condition) => Until.HoldsAsync(what, condition, () => Task.FromResult(
        string.Join('\n', _silos.Select((s, i) => $"--- silo{i} {(s.HasExited ? "has exited" : "runs")}\n{string.Join('\n', s.Log.Split('\n').TakeLast(40))}"))));

    /// <summary>Runs <c>silo check</c>, which must find the state consistent.</summary>
    public async Task CheckAsync()
    {
        SiloProcess check = Launch("check");
        int code = await check.ExitAsync();
        Assert.True(code == 0, check.Log);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SiloProcess silo in _silos) await silo.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
