using Microsoft.Extensions.Configuration.Memory;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Vgpnn.Grains;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// Where spans, measurements and logs go: to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names, and nowhere without one. All
/// other variables of OpenTelemetry's specification (protocol, headers, intervals, sampler, resource) mean what they mean there.
/// </summary>
internal static class TelemetrySetup
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.Logging.Configure(o => o.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);

        // Trace ids are scopes, which the console leaves out unless told otherwise. First, so that every other source can say so.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new("Logging:Console:FormatterOptions:IncludeScopes", settings.Serve ? "false" : "true")],
        });
        IServiceCollection services = builder.Services;
        if (Environment.GetEnvironmentVariable(Endpoint) is not { Length: > 0 } endpoint)
        {
            services.AddHostedService<TraceIds>();
            return;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new GrainException("bad-setting", $"{Endpoint} cannot be {endpoint}: it takes an address such as http://localhost:4317");
        string version = typeof(TelemetrySetup).Assembly.GetName().Version!.ToString(3);
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear()
                .AddService("vgpnn", serviceVersion: version, serviceInstanceId: settings.Name)
                .AddTelemetrySdk()
                .AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing
                .AddSource(Telemetry.Name)
                .AddAspNetCoreInstrumentation(o => o.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)))
            .WithMetrics(metrics => metrics.AddMeter(Telemetry.Name, "Microsoft.AspNetCore.Hosting", "System.Runtime"))
            .WithLogging()
            .UseOtlpExporter();
        services.AddHostedService<NodeGauges>();
        if (settings.IsApi) services.AddHostedService<QueueGauges>();
    }
}
