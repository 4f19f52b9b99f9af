using Microsoft.Extensions.Configuration.Memory;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Vgpnn.Grains;
using Vgpnn.Grains.Telemetry;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// Where spans, metrics and logs go: to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names, and metrics also to whoever
/// scrapes <c>/metrics</c>, if the setting allows it. All other variables of OpenTelemetry's specification (protocol, headers,
/// intervals, sampler, resource) have their usual meaning.
/// </summary>
internal static class TelemetrySetup
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string GrainCalls = "Microsoft.Orleans.Application", OrleansMeter = "Microsoft.Orleans";

    public static void AddTelemetry(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.Logging.Configure(o => o.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);

        // Trace ids are scopes, which the console leaves out unless told otherwise. First, so that every other source can say so.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new("Logging:Console:FormatterOptions:IncludeScopes", settings.Serve ? "false" : "true")],
        });
        IServiceCollection services = builder.Services;
        bool collector = Environment.GetEnvironmentVariable(Endpoint) is { Length: > 0 };
        if (!collector) services.AddHostedService<TraceIds>();
        if (!collector && !settings.Metrics) return;

        string version = typeof(TelemetrySetup).Assembly.GetName().Version!.ToString(3);
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear()
                .AddService("vgpnn", serviceVersion: version, serviceInstanceId: settings.Name)
                .AddTelemetrySdk()
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(VgpnnTelemetry.Name, OrleansMeter, "Microsoft.AspNetCore.Hosting", "System.Runtime");
                if (settings.Metrics) metrics.AddPrometheusExporter();
            });
        if (collector) telemetry.AddCollector();
        services.AddHostedService<WorkerGauges>();
        if (settings.IsApi) services.AddHostedService<QueueGauges>();
    }

    /// <summary>Serves metrics in Prometheus' format, if the setting allows it.</summary>
    public static void MapMetrics(this WebApplication app, SiloSettings settings)
    {
        if (settings.Metrics) app.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static void AddCollector(this OpenTelemetryBuilder telemetry)
    {
        string endpoint = Environment.GetEnvironmentVariable(Endpoint)!;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new GrainException("bad-setting", $"invalid value '{endpoint}' of {Endpoint}", "use an address such as http://localhost:4317");
        telemetry
            .WithTracing(tracing => tracing
                .AddSource(VgpnnTelemetry.Name, GrainCalls)
                .AddAspNetCoreInstrumentation(o => o.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)))
            .WithLogging()
            .UseOtlpExporter();
    }
}
