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
        Assert.Equal(["sample", "wait"], Names(call));
        Assert.Contains(Children(call), s => s.Source == GrainCalls);
        ReceivedSpan sample = Child(call, "sample");
        Assert.Equal("the-worker", sample.Service);
        Assert.Equal(("1", "done"), (sample.Attributes["vgpnn.attempt"], sample.Attributes["vgpnn.outcome"]));

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
                string name = kept.Name == "checkpoint" ? "level-{0:D2}.vpc" : "preview-{0:D2}.png";
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

    private static string Tree(ReceivedSpan[] trace)
    {
        ReceivedSpan root = trace.Single(s => s.Parent.Length == 0);
        var text = new StringBuilder();
        Write(root, "");
        return text.ToString();

        void Write(ReceivedSpan span, string indent)
        {
            string blob = span.Attributes.TryGetValue("vgpnn.blob.key", out string? key) ? $" {key[(key.LastIndexOf('/') + 1)..]}, {span.Attributes["vgpnn.blob.bytes"]} bytes" : "";
            text.AppendLine(null, $"{indent}{span.Name}{blob}: {(span.End - span.Start) / 1e6:F1} ms ({span.Service}, at {((double)span.Start - root.Start) / 1e6:F1} ms)");
            foreach (ReceivedSpan child in trace.Where(s => s.Parent == span.Id).OrderBy(s => s.Start)) Write(child, indent + "  ");
        }
    }

    [GeneratedRegex("TraceId:[0-9a-f]{32}")]
    private static partial Regex TraceId();
}
