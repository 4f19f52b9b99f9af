using System.Reflection;
using System.Text.RegularExpressions;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>Metrics as a collector and as Prometheus get them, and what dashboard, alarms and scaling use of them.</summary>
public sealed partial class MetricTests(ITestOutputHelper output)
{
    [ProtocFact]
    public async Task Dashboard_alarms_and_scaling_use_metrics_that_are_measured()
    {
        await using Collector collector = await Collector.StartAsync();
        await using SiloCluster cluster = await SiloCluster.PostgresAsync(("metrics", "true"));
        foreach ((string name, string value) in collector.Environment) cluster.Environment[name] = value;
        SiloProcess api = await cluster.StartAsync(("roles", "api"), ("name", "the-api"), ("serve", "true"));
        SiloProcess worker = await cluster.StartAsync(("roles", "worker"), ("name", "the-worker"));
        using Calls calls = cluster.Call(api);
        await WorkAsync(calls);

        string[] used = [.. MetricName().Matches(Used()).Select(m => m.Value).Distinct()];
        string[] pushed = [], scraped = [];
        await Until.HoldsAsync("a collector and Prometheus get all metrics that are used", async () =>
        {
            pushed = [.. (await collector.MetricsAsync()).SelectMany(m => Prometheus.Names(m.Key.Name, m.Key.Unit, m.Key.Kind)).Distinct()];
            scraped = [.. Sample().Matches(await ScrapeAsync(api) + await ScrapeAsync(worker)).Select(m => m.Groups[1].Value).Distinct()];
            return Missing(pushed).Length + Missing(scraped).Length == 0;
        }, () => Task.FromResult($"not pushed: {string.Join(' ', Missing(pushed))}; not scraped: {string.Join(' ', Missing(scraped))}"));
        output.WriteLine($"only after an error: {string.Join(' ', used.Except(pushed))}");

        // The dashboard shows all metrics of this program.
        var points = await collector.MetricsAsync();
        string dashboard = await File.ReadAllTextAsync(Repository.At("k8s", "dashboard.json")), operations = await File.ReadAllTextAsync(Repository.At("docs", "operations.md"));
        foreach (string name in points.Select(m => m.Key.Name).Where(n => n.StartsWith("vgpnn.", StringComparison.Ordinal)).Distinct())
        {
            Assert.Contains(name.Replace('.', '_'), dashboard, StringComparison.Ordinal);
            Assert.Contains($"`{name}`", operations, StringComparison.Ordinal);
        }

        Assert.Contains(Of("vgpnn.queue.depth"), a => a["tenant"] == "default" && a["group"] == "cpu");
        Assert.Contains(Of("vgpnn.failures"), a => a["kind"] == "video" && a["code"].Length > 0);
        Assert.Contains(Of("vgpnn.level_cache.lookups"), a => a["result"] == "miss");
        Assert.Contains(Of("vgpnn.blob.duration"), a => a["operation"] == "write" && a["outcome"] == "ok");
        Assert.Contains(Of("vgpnn.job.duration"), a => a["kind"] == "sample" && a["outcome"] == "done");

        string[] Missing(string[] measured) => [.. used.Where(IsMeasured).Except(measured)];

        IEnumerable<IReadOnlyDictionary<string, string>> Of(string name) => points.Where(m => m.Key.Name == name).SelectMany(p => p);
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

    private static string Used() => string.Concat(
        ((string[])["k8s/dashboard.json", "k8s/alarms.yaml", "k8s/components/keda/scaling.yaml"]).Select(f => File.ReadAllText(Repository.At(f.Split('/')))));

    /// <summary>Whether a metric is there without an error: counters of Orleans begin with the first one.</summary>
    private static bool IsMeasured(string name)
    {
        if (!name.StartsWith("orleans_", StringComparison.Ordinal)) return true;
        string plain = Suffix().Replace(name, "");
        Type names = Assembly.Load("Orleans.Core").GetTypes().Single(t => t.Name == "InstrumentNames");
        Assert.Contains(plain, names.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(f => f.IsLiteral).Select(f => ((string)f.GetRawConstantValue()!).Replace('-', '_')));
        return !ErrorCounter().IsMatch(plain);
    }

    private static async Task<string> ScrapeAsync(SiloProcess silo)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://127.0.0.1:{silo.Port}/metrics"));
    }

    [GeneratedRegex(@"\b(?:vgpnn|http_server|dotnet|orleans)_[a-z_]+\b")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"(?m)^([a-z_]+)(?:\{|\s)")]
    private static partial Regex Sample();

    [GeneratedRegex("_(milliseconds_)?(total|sum|count|bucket)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("(_errors|_failed|_timedout)$")]
    private static partial Regex ErrorCounter();
}
