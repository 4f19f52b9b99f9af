using System.Reflection;
using System.Text.RegularExpressions;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>Metrics as a collector and as Prometheus get them, what the reference says, and what dashboard, alarms and scaling use of them.</summary>
public sealed partial class MetricTests(ITestOutputHelper output)
{
    private static readonly string[] Labels = [.. TelemetryReference.Attributes.Select(Prometheus.Label)];

    /// <summary>The metrics that dashboard, alarms and scaling name.</summary>
    private static readonly string[] Used = [.. ((string[])["k8s/dashboard.json", "k8s/alarms.yaml", "k8s/components/keda/scaling.yaml"])
        .SelectMany(f => MetricName().Matches(File.ReadAllText(Repository.At(f.Split('/')))).Select(m => m.Value)).Distinct().Except(Labels)];

    [ProtocFact]
    public async Task Collector_and_Prometheus_receive_every_metric_of_dashboard_alarms_and_scaling()
    {
        await using Collector collector = await Collector.StartAsync();
        await using SiloCluster cluster = await SiloCluster.PostgresAsync(("metrics", "true"));
        foreach ((string name, string value) in collector.Environment) cluster.Environment[name] = value;
        SiloProcess api = await cluster.StartAsync(("roles", "api"), ("name", "the-api"), ("serve", "true"));
        SiloProcess worker = await cluster.StartAsync(("roles", "worker"), ("name", "the-worker"));
        using Calls calls = cluster.Call(api);
        await WorkAsync(calls);

        string[] pushed = [], scraped = [];
        Scrape[] both = [];
        await Until.HoldsAsync("a collector and Prometheus get all metrics that are used", async () =>
        {
            pushed = [.. (await collector.MetricsAsync()).SelectMany(m => Prometheus.Names(m.Name, m.Unit, m.Kind)).Distinct()];
            both = [await ScrapeAsync(api), await ScrapeAsync(worker)];
            scraped = [.. both.SelectMany(s => s.Samples).Select(s => s.Name).Distinct()];
            return Missing(pushed).Length + Missing(scraped).Length == 0;
        }, () => Task.FromResult($"not pushed: {string.Join(' ', Missing(pushed))}; not scraped: {string.Join(' ', Missing(scraped))}"));
        output.WriteLine($"only after an error: {string.Join(' ', Used.Except(pushed))}");
        output.WriteLine(string.Join('\n', both[0].Text.Split('\n').Where(l => l.StartsWith("db_client_connection", StringComparison.Ordinal) && !l.Contains("_bucket", StringComparison.Ordinal))));
        Assert.All(both, s => Assert.DoesNotContain("Password", s.Text, StringComparison.OrdinalIgnoreCase));
        Assert.All(both.SelectMany(s => s.Samples).SelectMany(s => s.Labels.Keys), l => Assert.DoesNotContain("tenant", l, StringComparison.Ordinal));

        IReadOnlyList<ReceivedPoint> points = await collector.MetricsAsync();
        Assert.Equal(
            TelemetryReference.Metrics.Select(m => (m.Name, m.Kind, m.Unit, m.Meaning)).Order(),
            points.Where(p => p.Name.StartsWith("vgpnn.", StringComparison.Ordinal)).Select(p => (p.Name, p.Kind, p.Unit, p.Description)).Distinct().Order());
        foreach (string library in (string[])["http.server.request.duration", "dotnet.gc.collections", "process.cpu.time", "db.client.operation.duration", "orleans-storage-write-latency"])
            Assert.Contains(points, p => p.Name == library);
        Assert.Contains(Of("vgpnn.queue.depth"), a => a["vgpnn.backend"] == "cpu");
        Assert.Contains(Of("vgpnn.job.duration"), a => a["vgpnn.job.kind"] == "video" && a["vgpnn.job.outcome"] == "failed" && a["error.type"].Length > 0);
        Assert.Contains(Of("vgpnn.job.duration"), a => a["vgpnn.job.kind"] == "sample" && a["vgpnn.job.outcome"] == "done" && !a.ContainsKey("error.type"));
        Assert.Contains(Of("vgpnn.level_cache.lookups"), a => a["vgpnn.level_cache.result"] == "miss");
        Assert.Contains(Of("vgpnn.blob.operation.duration"), a => a["vgpnn.blob.operation"] == "write" && !a.ContainsKey("error.type"));

        static string[] Missing(string[] measured) => [.. Used.Where(IsMeasured).Except(measured)];

        IEnumerable<IReadOnlyDictionary<string, string>> Of(string name) => points.Where(p => p.Name == name).Select(p => p.Attributes);
    }

    [Fact]
    public async Task Scrape_of_a_silo_has_the_names_types_labels_and_texts_of_the_reference()
    {
        await using SiloCluster cluster = SiloCluster.Sqlite(("metrics", "true"), ("serve", "true"));
        SiloProcess silo = await cluster.StartAsync();
        using Calls calls = cluster.Call(silo);
        await WorkAsync(calls);
        Scrape scrape = new("");
        string[] missing = [];
        await Until.HoldsAsync("the scrape has every metric of reference, dashboard, alarms and scaling", async () =>
        {
            scrape = await ScrapeAsync(silo);
            missing = [.. TelemetryReference.Metrics.SelectMany(m => Prometheus.Names(m.Name, m.Unit, m.Kind)).Concat(Used.Where(IsMeasured)).Except(scrape.Samples.Select(s => s.Name))];
            return missing.Length == 0;
        }, () => Task.FromResult($"missing: {string.Join(' ', missing)}"));

        Assert.All(TelemetryReference.Metrics, metric =>
        {
            string family = Prometheus.Family(metric.Name, metric.Unit, metric.Kind);
            Assert.Equal(metric.Meaning, scrape.Help[family]);
            Assert.Equal(Prometheus.Type(metric.Kind), scrape.Types[family]);
            string[] names = [.. Prometheus.Names(metric.Name, metric.Unit, metric.Kind)];
            Assert.Equal(
                metric.Attributes.Select(Prometheus.Label).Except(["error_type"]).Order(StringComparer.Ordinal),
                scrape.Samples.Where(s => names.Contains(s.Name)).SelectMany(s => s.Labels.Keys).Distinct()
                    .Except(["error_type", "le", "otel_scope_name", "otel_scope_version"]).Order(StringComparer.Ordinal));
            Assert.All(metric.Attributes, a => Assert.Contains(a, TelemetryReference.Attributes));
        });
        Assert.Equal(
            TelemetryReference.Metrics.Select(m => Prometheus.Family(m.Name, m.Unit, m.Kind)).Order(StringComparer.Ordinal),
            scrape.Types.Keys.Where(n => n.StartsWith("vgpnn_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        IReadOnlyDictionary<string, string> target = scrape.Samples.Single(s => s.Name == "target_info").Labels;
        Assert.All(
            TelemetryReference.Resource.Where(a => !a.On.Contains("GPU", StringComparison.Ordinal)),
            a => Assert.NotEmpty(target[Prometheus.Label(a.Name)]));

        // Probes and scrapes are not requests of clients.
        string[] routes = [.. scrape.Samples.Where(s => s.Name == "http_server_request_duration_seconds_count").Select(s => s.Labels.GetValueOrDefault("http_route", ""))];
        Assert.Contains("/v1/videos", routes);
        Assert.DoesNotContain(routes, r => r.Contains("health", StringComparison.Ordinal) || r.Contains("metrics", StringComparison.Ordinal));
    }

    [Fact]
    public void Dashboard_shows_every_metric()
    {
        string dashboard = File.ReadAllText(Repository.At("k8s", "dashboard.json"));
        Assert.True(TelemetryReference.Metrics.Count > 10);
        Assert.All(TelemetryReference.Metrics, m => Assert.Contains(Prometheus.Family(m.Name, m.Unit, m.Kind), dashboard, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_are_not_served_unless_the_setting_allows_it()
    {
        await using SiloCluster cluster = SiloCluster.Sqlite();
        SiloProcess silo = await cluster.StartAsync();
        using var http = new HttpClient();
        using HttpResponseMessage response = await http.GetAsync(new Uri($"http://127.0.0.1:{silo.Port}/metrics"));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
    }

    /// <summary>A sample, a video that cannot be decoded, and a queue.</summary>
    private static async Task WorkAsync(Calls calls)
    {
        byte[] clip = await Clips.SmallAsync();
        Video video = await calls.UploadAsync(clip);
        await calls.FinishedAsync(await calls.SubmitAsync(video.Id, 1));
        await calls.UploadAsync(clip[..(clip.Length / 2)], VideoState.Failed);
        await calls.SubmitAsync(video.Id, 500);
    }

    /// <summary>Whether a metric exists without an error: counters of Orleans begin with the first one.</summary>
    private static bool IsMeasured(string name)
    {
        if (!name.StartsWith("orleans_", StringComparison.Ordinal)) return true;
        string plain = Suffix().Replace(name, "");
        Type names = Assembly.Load("Orleans.Core").GetTypes().Single(t => t.Name == "InstrumentNames");
        Assert.Contains(plain, names.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(f => f.IsLiteral).Select(f => ((string)f.GetRawConstantValue()!).Replace('-', '_')));
        return !ErrorCounter().IsMatch(plain);
    }

    private static async Task<Scrape> ScrapeAsync(SiloProcess silo)
    {
        using var http = new HttpClient();
        return new Scrape(await http.GetStringAsync(new Uri($"http://127.0.0.1:{silo.Port}/metrics")));
    }

    [GeneratedRegex(@"\b(?:vgpnn|http_server|dotnet|process|orleans)_[a-z_]+\b")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(milliseconds_)?(total|sum|count|bucket)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("(_errors|_failed|_timedout)$")]
    private static partial Regex ErrorCounter();
}
