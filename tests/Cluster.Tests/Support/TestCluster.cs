using System.Globalization;
using System.Text.RegularExpressions;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>A run of a job, as logged by its silo.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Number">The attempt's number.</param>
/// <param name="Begun">When its silo logged the beginning, as a timestamp of the stopwatch.</param>
/// <param name="Outcome">How it ended, <c>Dropped</c> if its silo started over; <c>null</c> if the silo has not logged the end.</param>
internal sealed record JobAttempt(SiloProcess Silo, int Number, long Begun, string? Outcome);

/// <summary>A storage for one test, and the silos that use it. The test observes them from outside: by API, logs and exit codes.</summary>
internal sealed partial class TestCluster : IAsyncDisposable
{
    private const int LongestLine = 400;

    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-cluster-").FullName;
    private readonly List<SiloProcess> _silos = [];
    private readonly HashSet<SiloProcess> _workers = [];
    private readonly Dictionary<string, string> _settings;
    private ClusterApi? _operator;

    private TestCluster(IEnumerable<(string Name, string Value)> storage, IEnumerable<(string Name, string Value)> settings)
    {
        _settings = new()
        {
            ["data"] = Path.Combine(_directory, "data"),
            ["blobs"] = BlobDirectory,
            ["checkpointSeconds"] = "0",
            ["slots"] = "2",
            ["threads"] = "1",
            ["drainSeconds"] = "10",
        };
        foreach ((string name, string value) in storage.Concat(settings)) _settings[name] = value;
    }

    /// <summary>The directory of the blobs, unless they are elsewhere.</summary>
    public string BlobDirectory => Path.Combine(_directory, "blobs");

    /// <summary>All silos, including those that have exited.</summary>
    public IReadOnlyList<SiloProcess> Silos => _silos;

    /// <summary>Silos that have not exited.</summary>
    public IReadOnlyList<SiloProcess> Running => [.. _silos.Where(s => !s.HasExited)];

    /// <summary>Silos that serve the API now.</summary>
    public IReadOnlyList<SiloProcess> Servers => [.. _silos.Where(s => !s.HasExited && !s.IsFrozen && !_workers.Contains(s))];

    /// <summary>The API with the first key, which has all scopes.</summary>
    public ClusterApi Operator => _operator ??= new ClusterApi(this, File.ReadAllText(Path.Combine(_settings["data"], "first-key")).Trim());

    /// <summary>A new database on the PostgreSQL of this test process.</summary>
    public static async Task<TestCluster> PostgresAsync(params (string Name, string Value)[] settings) =>
        OnPostgres(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(), settings);

    /// <summary>A database.</summary>
    public static TestCluster OnPostgres(string connection, params (string Name, string Value)[] settings) =>
        new([("storage", $"postgres:{connection}")], settings);

    /// <summary>Azurite for everything: membership, state and blobs.</summary>
    public static async Task<TestCluster> AzuriteAsync(params (string Name, string Value)[] settings) =>
        OnAzure((await AzuriteServer.SharedAsync()).ConnectionString, settings);

    /// <summary>A storage account, with names of its own.</summary>
    public static TestCluster OnAzure(string connection, params (string Name, string Value)[] settings)
    {
        string name = AzuriteServer.NewName();
        return new([("storage", $"azure:{connection}"), ("blobs", $"azure:{connection};Container={name}"), ("serviceId", name), ("clusterId", name)], settings);
    }

    /// <summary>A data directory for one process.</summary>
    public static TestCluster Sqlite(params (string Name, string Value)[] settings) => new([], settings);

    /// <summary>Starts silos, and waits until they are ready. The first one of a cluster makes the first key.</summary>
    public async Task<IReadOnlyList<SiloProcess>> StartAsync(int count, params (string Name, string Value)[] settings)
    {
        SiloProcess[] silos = [.. Enumerable.Range(0, count).Select(_ => Launch(settings))];
        await Task.WhenAll(silos.Select(s => s.ReadyAsync()));
        return silos;
    }

    /// <summary>Starts silos until this number runs.</summary>
    public async Task<IReadOnlyList<SiloProcess>> EnsureAsync(int count, params (string Name, string Value)[] settings)
    {
        await StartAsync(Math.Max(0, count - Running.Count), settings);
        return Running;
    }

    /// <summary>Starts a silo, and waits until it is ready.</summary>
    public async Task<SiloProcess> StartAsync(params (string Name, string Value)[] settings) => (await StartAsync(1, settings))[0];

    /// <summary>Starts a silo without waiting for it.</summary>
    public SiloProcess Launch(params (string Name, string Value)[] settings)
    {
        (string, string)[] own = [("name", string.Create(CultureInfo.InvariantCulture, $"silo{_silos.Count}")), .. settings];
        if (_silos.Count == 0) own = [("serve", "true"), .. own];
        SiloProcess silo = Start("", own);
        _silos.Add(silo);
        if (settings.Contains(("roles", "worker"))) _workers.Add(silo);
        return silo;
    }

    /// <summary>Starts a silo that is not expected to serve.</summary>
    public SiloProcess LaunchApart(params (string Name, string Value)[] settings)
    {
        SiloProcess silo = Launch(settings);
        _workers.Add(silo);
        return silo;
    }

    /// <summary>Runs a verb to its end.</summary>
    public async Task<(int Code, string Output)> RunAsync(string verb, params (string Name, string Value)[] settings)
    {
        await using SiloProcess silo = Start(verb, settings);
        return (await silo.ExitAsync(), silo.Log.Trim());
    }

    /// <summary>Runs <c>silo check</c>, and repeats it: after the end of a request its effects may take a moment to become consistent.</summary>
    public async Task CheckAsync()
    {
        string said = "";
        await UntilAsync("the state is consistent", async () =>
        {
            (int code, said) = await RunAsync("check");
            return code == 0;
        }, () => Task.FromResult(said));
        Assert.StartsWith("consistent", said, StringComparison.Ordinal);
    }

    /// <summary>A new tenant with a key and a clip that can be used.</summary>
    /// <param name="clip">The clip; <c>null</c>: the small one.</param>
    /// <param name="through">The silo that is called; <c>null</c>: whichever answers.</param>
    public async Task<TestTenant> TenantAsync(byte[]? clip = null, SiloProcess? through = null)
    {
        Tenant tenant = await Operator.SendAsync<Tenant>(HttpMethod.Post, "/v1/tenants", new TenantDraft($"tenant {Guid.NewGuid():N}"));
        NewKey key = await Operator.SendAsync<NewKey>(HttpMethod.Post, $"/v1/tenants/{tenant.Id}/keys", new KeyDraft([KeyScope.Read, KeyScope.Write]));
        return await TestTenant.UploadAsync(this, tenant.Id, new ClusterApi(this, key.Key, through), clip ?? await Clips.SmallAsync());
    }

    /// <summary>The attempts of all samples of a request so far.</summary>
    public IReadOnlyList<JobAttempt> Attempts(Contracts.Request request) =>
        [.. Enumerable.Range(0, request.Samples.Total).SelectMany(i => Attempts(request, i))];

    /// <summary>The attempts of a sample so far, in the order of their beginnings.</summary>
    public IReadOnlyList<JobAttempt> Attempts(Contracts.Request request, int index)
    {
        string job = string.Create(CultureInfo.InvariantCulture, $"/request/{request.Id}/{index}");
        return [.. _silos.SelectMany(silo => AttemptsOn(silo, job)).OrderBy(a => a.Begun)];
    }

    public Task UntilAsync(string what, Func<Task<bool>> condition, Func<Task<string>>? explain = null) =>
        Until.HoldsAsync(what, condition, async () => $"{(explain is null ? "" : await explain())}\n{Logs()}", TimeSpan.FromMilliseconds(40));

    /// <summary>The ends of all logs, for the message of a failure.</summary>
    public string Logs() => string.Join('\n', _silos.Select((s, i) =>
        $"--- silo{i} {(s.HasExited ? $"exited with {s.ExitCode}" : s.IsFrozen ? "is frozen" : "runs")}\n{string.Join('\n', s.Lines.TakeLast(60).Select(l => Cut(l.Text)))}"));

    public async ValueTask DisposeAsync()
    {
        foreach (SiloProcess silo in _silos) await silo.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static string Cut(string line) => line.Length <= LongestLine ? line : line[..LongestLine] + "…";

    private SiloProcess Start(string verb, IEnumerable<(string Name, string Value)> settings)
    {
        var all = new Dictionary<string, string>(_settings);
        foreach ((string name, string value) in settings) all[name] = value;

        // With the setting Serve, a silo logs warnings only.
        Dictionary<string, string> environment = verb.Length > 0 ? [] : new() { ["Logging__LogLevel__Default"] = "Information" };
        return SiloProcess.Start(_directory, all, verb, environment: environment);
    }

    private static IEnumerable<JobAttempt> AttemptsOn(SiloProcess silo, string job)
    {
        JobAttempt? open = null;
        foreach (LogLine line in silo.Lines)
        {
            // A silo that was declared dead does not log the jobs that it drops.
            if (open is not null && line.Text.Contains("Orleans cannot continue", StringComparison.Ordinal))
            {
                yield return open with { Outcome = "Dropped" };
                open = null;
            }

            if (!line.Text.Contains(job, StringComparison.Ordinal)) continue;
            if (Begin().Match(line.Text) is { Success: true } begin && begin.Groups[1].Value.EndsWith(job, StringComparison.Ordinal))
            {
                if (open is not null) yield return open;
                open = new JobAttempt(silo, int.Parse(begin.Groups[2].ValueSpan, CultureInfo.InvariantCulture), line.At, null);
            }
            else if (open is not null && End().Match(line.Text) is { Success: true } end && end.Groups[1].Value.EndsWith(job, StringComparison.Ordinal))
            {
                yield return open with { Outcome = end.Groups[2].Value };
                open = null;
            }
        }

        if (open is not null) yield return open;
    }

    [GeneratedRegex(@"\bBegin (\S+), attempt (\d+), on ")]
    private static partial Regex Begin();

    [GeneratedRegex(@"\bEnd (\S+) on \S+: (\w+) after ")]
    private static partial Regex End();
}
