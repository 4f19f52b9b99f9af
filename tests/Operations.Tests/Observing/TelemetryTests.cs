using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Grains.Keys;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>What a collector hears of a cluster of two silos, one with the API and one with the work.</summary>
public sealed partial class TelemetryTests(ITestOutputHelper output)
{
    [ProtocFact]
    public async Task One_samples_trace_goes_from_the_call_to_every_level_and_blob_and_the_dashboard_shows_what_is_measured()
    {
        await using Collector collector = await Collector.StartAsync();
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        foreach ((string name, string value) in collector.Environment) cluster.Environment[name] = value;
        SiloProcess api = await cluster.StartAsync(("roles", "api"), ("name", "the-api"));
        SiloProcess worker = await cluster.StartAsync(("roles", "worker"), ("name", "the-worker"));
        string tenant = await cluster.Tenants.CreateAsync("studio", new Grains.Contracts.TenantLimits());
        (KeyText key, _) = await new ApiKeys(cluster.Store).CreateAsync(tenant, ["read", "write"], "test");
        using var calls = new Calls(api.Port, key.ToString());
        Video video = await calls.UploadAsync(await Clips.SmallAsync());
        Request request = await calls.SubmitAsync(video.Id, 1);
        await cluster.FinishedAsync(tenant, request.Id);
        Request broken = await calls.SubmitAsync(video.Id, 1);
        await cluster.QueryAsync<int>("UPDATE requests SET settings = '{}' WHERE request_id = @Id RETURNING 1", new { broken.Id });
        await cluster.FinishedAsync(tenant, broken.Id);

        IReadOnlyList<ReceivedSpan> spans = [];
        ReceivedSpan? call = null;
        await cluster.UntilAsync("the sample's spans have been received", async () =>
        {
            spans = await collector.SpansAsync();
            ReceivedSpan? sample = spans.SingleOrDefault(s => s.Name == "sample" && s.Attributes["vgpnn.grain"].Contains(request.Id, StringComparison.Ordinal));
            return sample is not null && (call = spans.SingleOrDefault(s => s.Id == sample.Parent)) is not null;
        });
        string tree = Tree(spans, call!);
        output.WriteLine(tree);
        HasWholeTrace(spans, call!, tree, request.Levels);

        // A queue is seen while something waits in it.
        await calls.SubmitAsync(video.Id, 500);
        await DashboardAsync(collector);
        await LogsAsync(cluster, collector, call!.Trace, worker);
    }

    [Fact]
    public async Task Without_a_collector_the_logs_of_one_sample_have_one_trace_id()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        SiloProcess silo = await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        Grains.Contracts.RequestStatus request = await cluster.SubmitAsync(tenant, video, 1);
        await cluster.FinishedAsync(tenant, request.RequestId);
        await cluster.UntilAsync("the end was logged", () => Task.FromResult(Line("End sample/").Length > 0));
        Assert.Equal(TraceId().Match(Line("Begin sample/")).Value, TraceId().Match(Line("End sample/")).Value);
        Assert.NotEmpty(TraceId().Match(Line("End sample/")).Value);

        string Line(string text) => silo.Log.Split('\n').FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal)) ?? "";
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_refused_with_its_name()
    {
        await using TestCluster cluster = await TestCluster.SqliteAsync();
        cluster.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4317";
        SiloProcess silo = cluster.Launch();
        Assert.Equal(2, await silo.ExitAsync());
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT cannot be collector:4317", silo.Log, StringComparison.Ordinal);
    }

    private static void HasWholeTrace(IReadOnlyList<ReceivedSpan> all, ReceivedSpan call, string tree, int levels)
    {
        ReceivedSpan[] trace = [.. all.Where(s => s.Trace == call.Trace)];
        Assert.Equal(("POST /v1/requests", "the-api", ""), (call.Name, call.Service, call.Parent));
        Assert.Equal(["sample", "wait"], Names(call));
        ReceivedSpan sample = Child(call, "sample");
        Assert.Equal("the-worker", sample.Service);
        Assert.Equal("done", sample.Attributes["vgpnn.outcome"]);

        // Levels from coarse to fine, one after the other; each but the finest leaves a checkpoint.
        string[] walked = [.. Children(sample).Where(s => s.Name.StartsWith("level ", StringComparison.Ordinal)).OrderBy(s => s.End).Select(s => s.Name)];
        Assert.Equal(Enumerable.Range(0, levels).Reverse().Select(i => $"level {i}"), walked);
        int checkpoints = 0;
        foreach (ReceivedSpan level in Children(sample).Where(s => s.Name.StartsWith("level ", StringComparison.Ordinal)))
        {
            Assert.InRange(level.Start, sample.Start, level.End);
            foreach (ReceivedSpan kept in Children(level))
            {
                ReceivedSpan written = Assert.Single(Children(kept));
                Assert.Equal("blob write", written.Name);
                string name = kept.Name == "checkpoint" ? "level-{0:D2}.vpc" : "preview-{0:D2}.png";
                Assert.EndsWith(string.Format(null, name, int.Parse(level.Name[6..], null)), written.Attributes["vgpnn.blob.key"], StringComparison.Ordinal);
                if (kept.Name == "checkpoint") checkpoints++;
                else Assert.Equal("preview", kept.Name);
            }
        }

        // Where levels are faster than writing only the newest is written.
        Assert.InRange(checkpoints, 1, levels - 1);

        // The node that took the video in may have it at hand still.
        Assert.All(Names(Child(sample, "levels")), name => Assert.Equal("blob read", name));
        Child(sample, "encode");
        Assert.EndsWith("/sample.mp4", Child(sample, "blob write").Attributes["vgpnn.blob.key"], StringComparison.Ordinal);
        Assert.True(trace.All(s => s == call || trace.Any(p => p.Id == s.Parent)), tree);

        IEnumerable<ReceivedSpan> Children(ReceivedSpan parent) => trace.Where(s => s.Parent == parent.Id);

        string[] Names(ReceivedSpan parent) => [.. Children(parent).Select(s => s.Name).Order(StringComparer.Ordinal)];

        ReceivedSpan Child(ReceivedSpan parent, string name) => Assert.Single(Children(parent), s => s.Name == name);
    }

    private async Task DashboardAsync(Collector collector)
    {
        string dashboard = await File.ReadAllTextAsync(Repository.At("k8s", "dashboard.json")), alarms = await File.ReadAllTextAsync(Repository.At("k8s", "alarms.yaml"));
        using JsonDocument json = JsonDocument.Parse(dashboard);
        string[] shown = [.. MetricName().Matches(dashboard + alarms).Select(m => m.Value).Distinct()];
        string[] own = [];
        string[] missing = [];
        await Until.HoldsAsync("everything that the dashboard shows was received", async () =>
        {
            var metrics = await collector.MetricsAsync();
            missing = [.. shown.Except(metrics.SelectMany(m => Prometheus.Names(m.Key.Name, m.Key.Unit, m.Key.Kind)))];
            own = [.. metrics.Where(m => m.Key.Name.StartsWith("vgpnn.", StringComparison.Ordinal)).Select(m => m.Key.Name).Distinct().Order(StringComparer.Ordinal)];
            return missing.Length == 0;
        }, () => Task.FromResult(string.Join('\n', missing)));
        output.WriteLine(string.Join('\n', own));
        Assert.All(own, name => Assert.Contains(name.Replace('.', '_'), dashboard, StringComparison.Ordinal));

        var points = await collector.MetricsAsync();
        Assert.Contains(points.Where(m => m.Key.Name == "vgpnn.queue.depth").SelectMany(p => p), a => a["tenant"] == "studio" && a["group"] == "cpu");
        Assert.Contains(points.Where(m => m.Key.Name == "vgpnn.failures").SelectMany(p => p), a => a["kind"] == "sample" && a["code"].Length > 0);
        Assert.Contains(points.Where(m => m.Key.Name == "vgpnn.level_cache.lookups").SelectMany(p => p), a => a["result"] == "miss");
    }

    private static async Task LogsAsync(TestCluster cluster, Collector collector, string trace, SiloProcess worker)
    {
        ProtocolText[] mine = [];
        await cluster.UntilAsync("the worker's log was received", async () =>
            (mine = [.. (await collector.LogsAsync()).Where(l => l.Hex("trace_id") == trace)]).Any(l => l.Message("body")!.Text("string_value")!.StartsWith("End ", StringComparison.Ordinal)));
        Assert.Contains($"TraceId:{trace}", worker.Log, StringComparison.Ordinal);
    }

    private static string Tree(IReadOnlyList<ReceivedSpan> spans, ReceivedSpan root)
    {
        var text = new StringBuilder();
        Write(root, "");
        return text.ToString();

        void Write(ReceivedSpan span, string indent)
        {
            string blob = span.Attributes.TryGetValue("vgpnn.blob.key", out string? key) ? $" {key[(key.LastIndexOf('/') + 1)..]}, {span.Attributes["vgpnn.blob.bytes"]} bytes" : "";
            text.AppendLine(null, $"{indent}{span.Name}{blob}: {(span.End - span.Start) / 1e6:F1} ms ({span.Service}, at {((double)span.Start - root.Start) / 1e6:F1} ms)");
            foreach (ReceivedSpan child in spans.Where(s => s.Parent == span.Id).OrderBy(s => s.Start)) Write(child, indent + "  ");
        }
    }

    [GeneratedRegex("TraceId:[0-9a-f]{32}")]
    private static partial Regex TraceId();

    [GeneratedRegex(@"\b(?:vgpnn|http_server|dotnet)_[a-z_]+\b")]
    private static partial Regex MetricName();
}
