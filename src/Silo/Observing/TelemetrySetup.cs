using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration.Memory;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Vgpnn.Grains;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// Where spans, metrics and logs go: to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names, and metrics also to clients of
/// <c>/metrics</c>, if the setting allows it. All other variables of OpenTelemetry's specification (protocol, headers, intervals, sampler,
/// resource) have their usual meaning.
/// </summary>
internal static class TelemetrySetup
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", MetricsPath = "/metrics", AzureHttp = "Azure.Core.Http";

    // System.Runtime is built into .NET; the package OpenTelemetry.Instrumentation.Runtime only adds this same meter.
    private static readonly string[] Meters = [VgpnnTelemetry.Name, "Microsoft.Orleans", "System.Runtime", "System.Net.Http", "Npgsql"];

    private static readonly string[] Sources = [VgpnnTelemetry.Name, "Microsoft.Orleans.Application", "Npgsql", "Azure.*"];

    // Without server.address: tenants choose the hosts of their webhooks.
    private static readonly string[] HttpClientAttributes =
        ["error.type", "http.request.method", "http.response.status_code", "network.protocol.version", "url.scheme"];

    public static void AddTelemetry(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.Logging.Configure(o => o.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);

        // Trace ids are scopes, which the console omits by default. First, so that every other source can override it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new("Logging:Console:FormatterOptions:IncludeScopes", settings.Serve ? "false" : "true")],
        });
        IServiceCollection services = builder.Services;
        bool collector = Environment.GetEnvironmentVariable(Endpoint) is { Length: > 0 };
        if (!collector) services.AddHostedService<TraceIds>();
        if (!collector && !settings.Metrics) return;

        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear()
                .AddTelemetrySdk()
                .AddDetector(provider => new SiloResource(settings, provider.GetService<DeviceDescription>()))
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddAspNetCoreInstrumentation().AddProcessInstrumentation().AddView(ViewOf);
                if (settings.Metrics) metrics.AddPrometheusExporter();
            });
        if (collector) telemetry.AddCollector();
        services.AddHostedService<WorkerGauges>();
        if (settings.IsApi) services.AddHostedService<QueueGauges>();
    }

    /// <summary>Serves metrics in Prometheus' format, if the setting allows it.</summary>
    public static void MapMetrics(this WebApplication app, SiloSettings settings)
    {
        if (settings.Metrics) app.MapPrometheusScrapingEndpoint(MetricsPath).DisableHttpMetrics();
    }

    private static void AddCollector(this OpenTelemetryBuilder telemetry)
    {
        string endpoint = Environment.GetEnvironmentVariable(Endpoint)!;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new GrainException("bad-setting", $"invalid value '{endpoint}' of {Endpoint}", "use an address such as http://localhost:4317");

        // Azure's clients have spans only with this switch, which is read when the first client is made.
        AppContext.SetSwitch("Azure.Experimental.EnableActivitySource", true);
        telemetry
            .WithTracing(tracing => tracing
                .AddSource(Sources)
                .AddAspNetCoreInstrumentation(o => o.Filter = context => !IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation(o =>
                {
                    // Azure's clients have spans of their own for HTTP.
                    o.FilterHttpRequestMessage = _ => Activity.Current?.Parent?.Source.Name != AzureHttp;

                    // The path of a webhook may be a secret.
                    o.EnrichWithHttpRequestMessage = (span, request) => span.SetTag("url.full", $"{request.RequestUri?.GetLeftPart(UriPartial.Authority)}/*");
                }))
            .WithLogging(configureBuilder: null, configureOptions: o => o.IncludeFormattedMessage = true)
            .UseOtlpExporter();
    }

    private static bool IsProbe(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || path.StartsWithSegments(MetricsPath, StringComparison.Ordinal);

    private static MetricStreamConfiguration? ViewOf(Instrument instrument) => instrument switch
    {
        { Meter.Name: "System.Net.Http", Name: "http.client.request.duration" } => new MetricStreamConfiguration { TagKeys = HttpClientAttributes },
        { Meter.Name: "System.Net.Http" } => MetricStreamConfiguration.Drop,
        _ => null,
    };
}
