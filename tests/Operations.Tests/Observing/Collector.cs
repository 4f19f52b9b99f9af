using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>A received span.</summary>
/// <param name="Trace">Id of its trace.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">Id of its parent; empty for a root.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">The name of its source.</param>
/// <param name="Service">The <c>service.instance.id</c> of the process that sent it.</param>
/// <param name="Start">Nanoseconds since 1970.</param>
/// <param name="End">Nanoseconds since 1970.</param>
/// <param name="Attributes">Its attributes.</param>
internal sealed record ReceivedSpan(
    string Trace, string Id, string Parent, string Name, string Source, string Service, ulong Start, ulong End, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Receives OpenTelemetry's protocol over HTTP; protoc decodes it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();

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
        await app.StartAsync();
        return collector;
    }

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
                        span.Hex("trace_id"), span.Hex("span_id"), span.Hex("parent_span_id"), span.Text("name")!, scope, service,
                        ulong.Parse(span.Text("start_time_unix_nano")!, null), ulong.Parse(span.Text("end_time_unix_nano")!, null), span.Attributes));
                }
            }
        }

        return spans;
    }

    /// <summary>Names of metrics with unit and kind, and the attributes of each data point.</summary>
    public async Task<ILookup<(string Name, string Unit, string Kind), IReadOnlyDictionary<string, string>>> MetricsAsync() =>
        (await DecodeAsync("metrics", "ExportMetricsServiceRequest"))
            .SelectMany(e => e.Messages("resource_metrics")).SelectMany(r => r.Messages("scope_metrics")).SelectMany(s => s.Messages("metrics"))
            .SelectMany(m => ((string[])["gauge", "sum", "histogram"]).Where(k => m.Message(k) is not null)
                .SelectMany(k => m.Message(k)!.Messages("data_points").Select(p => (Key: (m.Text("name")!, m.Text("unit") ?? "", k), p.Attributes))))
            .ToLookup(p => p.Key, p => p.Attributes);

    public async Task<IReadOnlyList<ProtocolText>> LogsAsync() => [.. (await DecodeAsync("logs", "ExportLogsServiceRequest"))
        .SelectMany(e => e.Messages("resource_logs")).SelectMany(r => r.Messages("scope_logs")).SelectMany(s => s.Messages("log_records"))];

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

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

/// <summary>A test that needs protoc, skipped if it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProtocFactAttribute : FactAttribute
{
    /// <summary>Skips the test if protoc is not installed.</summary>
    public ProtocFactAttribute() => Skip = Repository.Find("protoc") is null ? "protoc is not installed (Debian: protobuf-compiler)" : null;
}
