using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>A received span.</summary>
/// <param name="Trace">Id of its trace.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">Id of its parent; empty for a root.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind, such as <c>client</c>.</param>
/// <param name="Source">The name of its source.</param>
/// <param name="Service">The <c>service.instance.id</c> of the process that sent it.</param>
/// <param name="Start">Nanoseconds since 1970.</param>
/// <param name="End">Nanoseconds since 1970.</param>
/// <param name="Attributes">Its attributes.</param>
internal sealed record ReceivedSpan(
    string Trace, string Id, string Parent, string Name, string Kind, string Source, string Service, ulong Start, ulong End, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A received data point of a metric.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Unit">Its unit in UCUM.</param>
/// <param name="Kind">The kind of its instrument: <c>histogram</c>, <c>gauge</c>, <c>counter</c> or <c>up-down counter</c>.</param>
/// <param name="Description">Its description.</param>
/// <param name="Attributes">The attributes of the data point.</param>
internal sealed record ReceivedPoint(string Name, string Unit, string Kind, string Description, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Receives OpenTelemetry's protocol over HTTP; protoc decodes it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly string[] SpanKinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();
    private readonly ConcurrentQueue<string> _webhooks = new();

    private Collector(WebApplication app) => _app = app;

    /// <summary>Environment variables for silos.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    /// <summary>An address that accepts webhooks; its path is not to be recorded.</summary>
    public Uri Webhook => new($"{_app.Urls.Single()}/hook/a-secret");

    public static async Task<Collector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var collector = new Collector(app);
        app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            Assert.Equal("application/x-protobuf", request.ContentType);
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            collector._received.Enqueue((signal, body.ToArray()));
            return Results.Bytes([], "application/x-protobuf");
        });
        app.MapPost("/hook/{secret}", (string secret) =>
        {
            collector._webhooks.Enqueue(secret);
            return Results.Ok();
        });
        await app.StartAsync();
        return collector;
    }

    /// <summary>Whether a webhook has arrived.</summary>
    public bool HasWebhook => !_webhooks.IsEmpty;

    /// <summary>The resource attributes of each process that has sent metrics.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> ResourcesAsync() =>
        [.. (await DecodeAsync("metrics", "ExportMetricsServiceRequest"))
            .SelectMany(e => e.Messages("resource_metrics")).Select(r => r.Message("resource")!.Attributes).DistinctBy(a => a["service.instance.id"])];

    public async Task<IReadOnlyList<ReceivedSpan>> SpansAsync()
    {
        var spans = new List<ReceivedSpan>();
        foreach (ProtocolText export in await DecodeAsync("traces", "ExportTraceServiceRequest"))
        {
            foreach (ProtocolText source in export.Messages("resource_spans"))
            {
                string service = source.Message("resource")!.Attributes["service.instance.id"];
                foreach ((string scope, ProtocolText span) in source.Messages("scope_spans").SelectMany(s => s.Messages("spans").Select(p => (s.Message("scope")!.Text("name")!, p))))
                {
                    spans.Add(new ReceivedSpan(
                        span.Hex("trace_id"), span.Hex("span_id"), span.Hex("parent_span_id"), span.Text("name")!,
                        SpanKinds[int.Parse(span.Text("kind") ?? "0", null)], scope, service,
                        ulong.Parse(span.Text("start_time_unix_nano")!, null), ulong.Parse(span.Text("end_time_unix_nano")!, null), span.Attributes));
                }
            }
        }

        return spans;
    }

    public async Task<IReadOnlyList<ReceivedPoint>> MetricsAsync() =>
        [.. (await DecodeAsync("metrics", "ExportMetricsServiceRequest"))
            .SelectMany(e => e.Messages("resource_metrics")).SelectMany(r => r.Messages("scope_metrics")).SelectMany(s => s.Messages("metrics"))
            .SelectMany(m => ((string[])["gauge", "sum", "histogram"]).Where(k => m.Message(k) is not null)
                .SelectMany(k => m.Message(k)!.Messages("data_points").Select(p => new ReceivedPoint(
                    m.Text("name")!, m.Text("unit") ?? "", Kind(k, m.Message(k)!), m.Text("description") ?? "", p.Attributes))))];

    public async Task<IReadOnlyList<ProtocolText>> LogsAsync() => [.. (await DecodeAsync("logs", "ExportLogsServiceRequest"))
        .SelectMany(e => e.Messages("resource_logs")).SelectMany(r => r.Messages("scope_logs")).SelectMany(s => s.Messages("log_records"))];

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static string Kind(string data, ProtocolText message) => data switch
    {
        "sum" => message.Text("is_monotonic") == "true" ? "counter" : "up-down counter",
        _ => data,
    };

    // Concatenated messages of one type are one message with the fields of all: protoc is called once.
    private async Task<IReadOnlyList<ProtocolText>> DecodeAsync(string signal, string message)
    {
        byte[] all = [.. _received.Where(r => r.Path == signal).SelectMany(r => r.Body)];
        (int code, string output, string error) = await Repository.RunAsync(
            "protoc", [$"--proto_path={Path.Combine(AppContext.BaseDirectory, "Observing")}", $"--decode=otlp.{message}", "otlp.proto"], all);
        Assert.True(code == 0, error);
        return [ProtocolText.Parse(output)];
    }
}

/// <summary>A test that needs Azurite and protoc, skipped if one of them is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzuriteAndProtocFactAttribute : FactAttribute
{
    /// <summary>Skips the test if Azurite or protoc is not installed.</summary>
    public AzuriteAndProtocFactAttribute() => Skip = AzuriteServer.Missing ?? new ProtocFactAttribute().Skip;
}

/// <summary>A test that needs protoc, skipped if it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProtocFactAttribute : FactAttribute
{
    /// <summary>Skips the test if protoc is not installed.</summary>
    public ProtocFactAttribute() => Skip = Repository.Find("protoc") is null ? "protoc is not installed (Debian: protobuf-compiler)" : null;
}
