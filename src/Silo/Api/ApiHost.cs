using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Keys;

namespace Vgpnn.Silo.Api;

/// <summary>How the API is put together.</summary>
internal static class ApiHost
{
    private const long LargestJson = 256 << 10;

    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestJson;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 << 10;
        });
        IServiceCollection services = builder.Services;
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<JsonOptions>(o => ApiJson.Configure(o.SerializerOptions, strict: true));
        services.AddOpenApi("v1", Description.Configure);
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<CallRates>();
        services.AddSingleton<TenantBlobs>();
        services.AddSingleton<Changes>();
        services.AddSingleton<Renderings>();
        services.AddSingleton<Speed>();
        services.AddSingleton<WorkSignal>();
        services.AddSingleton<Doorbell>();
    }

    public static void MapApi(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            PageHeaders.Set(context);
            return next(context);
        });
        app.UseMiddleware<Problems>();
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            ContentTypeProvider = new FileExtensionContentTypeProvider(),
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache",
        });
        app.UseRouting();
        app.UseMiddleware<Authentication>();
        app.MapOpenApi("/v1/openapi.json");
        RouteGroupBuilder group = app.MapGroup("/v1");
        group.AddEndpointFilter(Ids.FilterAsync);
        group.MapSessions();
        group.MapVideos();
        group.MapEstimates();
        group.MapRequests();
        group.MapSamples();
        group.MapDownloads();
        group.MapPaintings();
        group.MapEvents();
        group.MapTenants();
        group.MapWebhooks();
        group.MapNodes();
    }
}
