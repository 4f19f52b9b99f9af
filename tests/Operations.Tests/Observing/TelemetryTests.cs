using System.Text;
using System.Text.RegularExpressions;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

using Request = Vgpnn.Contracts.Request;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>What a collector receives from a cluster of two silos, one with the API and one with the jobs.</summary>
public sealed partial class TelemetryTests(ITestOutputHelper output)
{
    private const string Own = "Vgpnn", GrainCalls = "Microsoft.Orleans.Application";

    [ProtocFact]
    public async Task Trace_of_a_sample_goes_from_the_http_call_to_every_level_and_blob()
    {
        await using Collector collector = await Collector.StartAsync();
        await using SiloCluster cluster = await SiloCluster.PostgresAsync();
        foreach ((string name, string value) in collector.Environment) cluster.Environment[name] = value;
        SiloProcess api = await cluster.StartAsync(("roles", "api"), ("name", "the-api"), ("serve", "true"));
        SiloProcess worker = await cluster.StartAsync(("roles", "worker"), ("name", "the-worker"));
        using Calls calls = cluster.Call(api);
        Video video = await calls.UploadAsync(await Clips.SmallAsync());
        Request request = await calls.FinishedAsync(await calls.SubmitAsync(video.Id, 1));

        ReceivedSpan[] trace = [];
        await cluster.UntilAsync("the whole trace has been received", async () =>
        {
            IReadOnlyList<ReceivedSpan> spans = await collector.SpansAsync();
            if (spans.SingleOrDefault(s => s.Name == "sample") is not { } sample) return false;
            trace = [.. spans.Where(s => s.Trace == sample.Trace)];
            return trace.All(s => s.Parent.Length == 0 || trace.Any(p => p.Id == s.Parent)) && trace.Any(s => s.Parent.Length == 0);
        });
        string tree = Tree(trace);
        output.WriteLine(tree);
        IsComplete(trace, request.Levels);
        await cluster.UntilAsync("the worker's log was received with the trace", async () => (await collector.LogsAsync()).Any(l =>
            l.Hex("trace_id") == trace[0].Trace && l.Message("body")!.Text("string_value")!.StartsWith("End ", StringComparison.Ordinal)));
        Assert.Contains($"TraceId:{trace[0].Trace}", worker.Log, StringComparison.Ordinal);
        IsDescribed(await collector.SpansAsync());
        Assert.Contains(await collector.SpansAsync(), s => s.Source == "Npgsql" && s.Attributes["db.system.name"] == "postgresql");
    }

    [ProtocFact]
    public async Task Resource_attributes_are_those_of_the_reference_and_the_environment()
    {
        await using Collector collector = await Collector.StartAsync();
        await using SiloCluster cluster = SiloCluster.Sqlite(("clusterId", "a-cluster"));
        foreach ((string name, string value) in collector.Environment) cluster.Environment[name] = value;
        cluster.Environment["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=testing,k8s.pod.name=the-pod,host.name=the-host";
        await cluster.StartAsync(("name", "the-silo"));
        IReadOnlyDictionary<string, string> resource = new Dictionary<string, string>();
        await cluster.UntilAsync("a resource was received", async () => (await collector.ResourcesAsync()) is [var one] && (resource = one).Count > 0);
        Assert.Equal(
            TelemetryReference.Resource.Where(a => !a.On.Contains("GPU", StringComparison.Ordinal)).Select(a => a.Name)
                .Concat(["deployment.environment.name", "k8s.pod.name"]).Order(StringComparer.Ordinal),
            resource.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("vgpnn", "a-cluster", "the-silo"), (resource["service.name"], resource["service.namespace"], resource["service.instance.id"]));
        Assert.Equal(("testing", "the-host", "cpu"), (resource["deployment.environment.name"], resource["host.name"], resource["vgpnn.backend"]));
    }

    [ProtocFact]
    public async Task Path_and_host_of_a_webhook_are_recorded_in_no_span_or_metric()
    {
        await using Collector collector = await Collector.StartAsync();
        await using SiloCluster cluster = SiloCluster.Sqlite(("serve", "true"), ("insecureWebhooks", "true"));
        foreach ((string name, string value) in collector.Environment) cluster.Environment[name] = value;
        SiloProcess silo = await cluster.StartAsync();
        using Calls calls = cluster.Call(silo);
        await calls.SubmitAsync((await calls.UploadAsync(await Clips.SmallAsync())).Id, 1, webhook: collector.Webhook.AbsoluteUri);
        ReceivedSpan[] sent = [];
        ReceivedPoint[] measured = [];
        await cluster.UntilAsync("the webhook's span and metric were received", async () =>
        {
            if (!collector.HasWebhook) return false;
            sent = [.. (await collector.SpansAsync()).Where(s => s.Source == "System.Net.Http")];
            measured = [.. (await collector.MetricsAsync()).Where(p => p.Name.StartsWith("http.client.", StringComparison.Ordinal))];
            return sent.Length > 0 && measured.Length > 0;
        });
        Assert.All(sent, s => Assert.Equal($"{collector.Webhook.GetLeftPart(UriPartial.Authority)}/*", s.Attributes["url.full"]));
        Assert.All(await collector.SpansAsync(), s => Assert.DoesNotContain(s.Attributes.Values, v => v.Contains("a-secret", StringComparison.Ordinal)));
        Assert.All(measured, p => Assert.Equal("http.client.request.duration", p.Name));
        Assert.All(measured, p => Assert.DoesNotContain("server.address", p.Attributes.Keys));
    }

    [AzuriteAndProtocFact]
    public async Task Azure_Storage_calls_are_traced_once_without_their_signatures()
    {
        AzuriteServer azurite = await AzuriteServer.SharedAsync();
        await using Collector collector = await Collector.StartAsync();
        await using SiloCluster cluster = SiloCluster.Sqlite(("serve", "true"), ("blobs", $"azure:{azurite.ConnectionString}Container={AzuriteServer.NewName()}"));
        foreach ((string name, string value) in collector.Environment) cluster.Environment[name] = value;
        SiloProcess silo = await cluster.StartAsync();
        using Calls calls = cluster.Call(silo);
        await calls.UploadAsync(await Clips.SmallAsync());
        ReceivedSpan[] spans = [];
        await cluster.UntilAsync("spans of Azure's clients were received", async () =>
        {
            spans = [.. await collector.SpansAsync()];
            return spans.Any(s => s.Source.StartsWith("Azure.Storage.Blobs", StringComparison.Ordinal)) && spans.Any(s => s.Source == "Azure.Core.Http");
        });
        Assert.DoesNotContain(spans, s => s.Source == "System.Net.Http");
        Assert.All(spans, s => Assert.DoesNotContain(s.Attributes.Values, v => v.Contains(AzuriteServer.Key, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Log_lines_of_a_sample_have_one_trace_id_without_a_collector()
    {
        await using SiloCluster cluster = await SiloCluster.PostgresAsync();
        SiloProcess api = await cluster.StartAsync(("roles", "api"), ("serve", "true"));
        SiloProcess worker = await cluster.StartAsync(("roles", "worker"));
        using Calls calls = cluster.Call(api);
        Request request = await calls.SubmitAsync((await calls.UploadAsync(await Clips.SmallAsync())).Id, 1);
        await calls.FinishedAsync(request);
        await cluster.UntilAsync("the end was logged", () => Task.FromResult(Line("End ").Length > 0));
        Assert.NotEmpty(TraceId().Match(Line("End ")).Value);
        Assert.Equal(TraceId().Match(Line("Begin ")).Value, TraceId().Match(Line("End ")).Value);

        string Line(string begin) => worker.Log.Split('\n')
            .FirstOrDefault(l => l.Contains(begin, StringComparison.Ordinal) && l.Contains($"request/{request.Id}/0", StringComparison.Ordinal)) ?? "";
    }

    [Fact]
    public async Task Invalid_endpoint_of_the_collector_is_rejected_with_its_name()
    {
        await using SiloCluster cluster = SiloCluster.Sqlite();
        cluster.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4317";
        SiloProcess silo = cluster.Launch();
        Assert.Equal(2, await silo.ExitAsync());
        Assert.Contains("invalid value 'collector:4317' of OTEL_EXPORTER_OTLP_ENDPOINT", silo.Log, StringComparison.Ordinal);
    }

    private static void IsComplete(ReceivedSpan[] trace, int levels)
    {
        ReceivedSpan call = trace.Single(s => s.Parent.Length == 0);
        Assert.Equal(("POST /v1/requests", "the-api"), (call.Name, call.Service));
        Assert.Equal(["queue", "sample"], Names(call));
        Assert.Contains(Children(call), s => s.Source == GrainCalls);
        ReceivedSpan sample = Child(call, "sample");
        Assert.Equal("the-worker", sample.Service);
        Assert.Equal(("1", "done"), (sample.Attributes["vgpnn.job.attempt"], sample.Attributes["vgpnn.job.outcome"]));

        // Levels from coarse to fine, one after the other; each but the finest leaves a checkpoint.
        ReceivedSpan[] walked = [.. Children(sample).Where(s => s.Name.StartsWith("level ", StringComparison.Ordinal)).OrderBy(s => s.End)];
        Assert.Equal(Enumerable.Range(0, levels).Reverse().Select(i => $"level {i}"), walked.Select(s => s.Name));
        int checkpoints = 0;
        foreach (ReceivedSpan level in walked)
        {
            Assert.InRange(level.Start, sample.Start, level.End);
            foreach (ReceivedSpan kept in Children(level))
            {
                Assert.Contains(kept.Name, (string[])["checkpoint", "preview"]);
                if (kept.Name == "checkpoint") checkpoints++;
                ReceivedSpan written = Child(kept, "blob write");
                string name = kept.Name == "checkpoint" ? "level-{0:D2}.vpc" : "preview-{0:D2}.webp";
                Assert.EndsWith(string.Format(null, name, int.Parse(level.Name[6..], null)), written.Attributes["vgpnn.blob.key"], StringComparison.Ordinal);

                // The sample grain, on the other silo, is called after the blob is written.
                ReceivedSpan told = Assert.Single(Children(kept), s => s.Source == GrainCalls);
                Assert.True(told.Start >= written.End, $"{told.Name} began before the blob was written");
                Assert.Contains(Below(told), s => s.Service == "the-api");
            }
        }

        // When levels are faster than writing, only the newest is written.
        Assert.InRange(checkpoints, 1, levels - 1);

        // The silo that ingested the video may hold it.
        Assert.All(Names(Child(sample, "levels")), name => Assert.Equal("blob read", name));
        Child(sample, "encode");
        Assert.EndsWith("/sample.mp4", Child(sample, "blob write").Attributes["vgpnn.blob.key"], StringComparison.Ordinal);

        IEnumerable<ReceivedSpan> Children(ReceivedSpan parent) => trace.Where(s => s.Parent == parent.Id);

        IEnumerable<ReceivedSpan> Below(ReceivedSpan parent) => Children(parent).SelectMany(c => Below(c).Prepend(c));

        string[] Names(ReceivedSpan parent) => [.. Children(parent).Where(s => s.Source == Own).Select(s => s.Name).Order(StringComparer.Ordinal)];

        ReceivedSpan Child(ReceivedSpan parent, string name) => Assert.Single(Children(parent), s => s.Name == name);
    }

    /// <summary>Spans, their kinds and their attributes are those of the reference page; attributes of errors need not occur.</summary>
    private static void IsDescribed(IReadOnlyList<ReceivedSpan> spans)
    {
        ILookup<string, ReceivedSpan> own = spans.Where(s => s.Source == Own).ToLookup(s => Number().Replace(s.Name, "N"));
        Assert.Equal(TelemetryReference.Spans.Select(s => s.Name).Order(StringComparer.Ordinal), own.Select(s => s.Key).Order(StringComparer.Ordinal));
        Assert.All(TelemetryReference.Spans, row =>
        {
            Assert.All(own[row.Name], s => Assert.Equal(row.Kind, s.Kind));
            Assert.Equal(
                row.Attributes.Except(["error.type"]).Order(StringComparer.Ordinal),
                own[row.Name].SelectMany(s => s.Attributes.Keys).Distinct().Except(["error.type"]).Order(StringComparer.Ordinal));
        });
    }

    private static string Tree(ReceivedSpan[] trace)
    {
        ReceivedSpan root = trace.Single(s => s.Parent.Length == 0);
        var text = new StringBuilder();
        Write(root, "");
        return text.ToString();

        void Write(ReceivedSpan span, string indent)
        {
            string blob = span.Attributes.TryGetValue("vgpnn.blob.key", out string? key) ? $" {key[(key.LastIndexOf('/') + 1)..]}, {span.Attributes["vgpnn.blob.size"]} bytes" : "";
            text.AppendLine(null, $"{indent}{span.Name}{blob}: {(span.End - span.Start) / 1e6:F1} ms ({span.Service}, at {((double)span.Start - root.Start) / 1e6:F1} ms)");
            foreach (ReceivedSpan child in trace.Where(s => s.Parent == span.Id).OrderBy(s => s.Start)) Write(child, indent + "  ");
        }
    }

    [GeneratedRegex(@"(?<=^level )\d+$")]
    private static partial Regex Number();

    [GeneratedRegex("TraceId:[0-9a-f]{32}")]
    private static partial Regex TraceId();
}
