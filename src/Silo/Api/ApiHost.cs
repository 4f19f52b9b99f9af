using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.StaticFiles;
using Vgpnn.Contracts;
using Vgpnn.Grains.Calls;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Silo.Api.Cluster;
using Vgpnn.Silo.Api.Edge;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Events;
using Vgpnn.Silo.Api.Keys;
using Vgpnn.Silo.Api.OpenApi;
using Vgpnn.Silo.Api.Options;
using Vgpnn.Silo.Api.Rendering;
using Vgpnn.Silo.Api.Requests;
using Vgpnn.Silo.Api.Samples;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Api.Tenants;
using Vgpnn.Silo.Api.Values;
using Vgpnn.Silo.Api.Videos;
using Vgpnn.Silo.Api.Webhooks;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Api;

/// <summary>Puts the HTTP API together.</summary>
internal static class ApiHost
{
    private const long MaxJsonBytes = 256 << 10;

    public static void AddApi(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxJsonBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 << 10;
        });
        IServiceCollection services = builder.Services;
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<JsonOptions>(o => ApiJson.Configure(o.SerializerOptions, strict: true));
        services.AddOpenApi("v1", Description.Configure);
        services.AddSingleton<IOutgoingGrainCallFilter, CallGuard>();
        services.AddSessionProtection();

        // Its keys lie where only the silos read; it warns that they are not encrypted once more.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<SessionTickets>();
        services.AddSingleton<OneTimeLink>();
        services.AddProxies(settings);
        services.AddSingleton<KeyAttempts>();
        services.AddCallRates();
        services.AddSingleton<ClusterView>();
        services.AddSingleton<EventStreams>();
        services.AddSingleton<Renderings>();
        services.AddSingleton<Speed>();
        services.AddSingleton<Submissions>();
        services.AddSingleton<VideoUploads>();
    }

    public static void MapApi(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.Use((context, next) =>
        {
            PageHeaders.Set(context);
            return next(context);
        });
        app.UseMiddleware<Problems>();
        app.UseHosts();
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            ContentTypeProvider = new FileExtensionContentTypeProvider(),
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache",
        });
        app.UseRouting();
        app.UseMiddleware<Authentication>();
        app.UseRateLimiter();
        app.UseMiddleware<Authorization>();
        app.MapOpenApi("/v1/openapi.json");
        RouteGroupBuilder group = app.MapGroup("/v1");
        group.AddEndpointFilter(Ids.FilterAsync);
        group.MapSessions();
        group.MapVideos();
        group.MapEstimates();
        group.MapOptions();
        group.MapRequests();
        group.MapSamples();
        group.MapDownloads();
        group.MapPaintings();
        group.MapEvents();
        group.MapTenants();
        group.MapWebhooks();
        group.MapNodes();
    }

    /// <summary>Sessions are protected with keys that all silos share.</summary>
    private static void AddSessionProtection(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("vgpnn");
        services.AddOptions<KeyManagementOptions>().Configure<IBlobStore, ILogger<BlobKeyRing>>((o, blobs, log) => o.XmlRepository = new BlobKeyRing(blobs, log));
    }
}
