using System.Globalization;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Keys;
using Vgpnn.Silo.Api.Sessions;

namespace Vgpnn.Silo.Api.Events;

/// <summary>Changes as server-sent events. Any silo sends the same events with the same ids, so a broken stream resumes on any of them.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this RouteGroupBuilder group)
    {
        group.MapGet("/events", (HttpContext context, IGrainFactory grains, ApiKeys keys, EventStreams streams, IHostApplicationLifetime life) =>
                StreamAsync(context, null, grains, keys, streams, life))
            .Needs(KeyScope.Read).Produces(200, contentType: "text/event-stream").WithName("streamEvents")
            .WithSummary("Stream all changes of the tenant as server-sent events; supports Last-Event-ID.");
        group.MapGet("/requests/{request}/events", (
                string request, HttpContext context, IGrainFactory grains, ApiKeys keys, EventStreams streams, IHostApplicationLifetime life) =>
                StreamAsync(context, request, grains, keys, streams, life))
            .Needs(KeyScope.Read).Produces(200, contentType: "text/event-stream").WithName("streamRequestEvents")
            .WithSummary("Stream a request and its samples, first as they are and then as they change, until the request has finished; supports Last-Event-ID.");
    }

    private static async Task StreamAsync(
        HttpContext context, string? request, IGrainFactory grains, ApiKeys keys, EventStreams streams, IHostApplicationLifetime life)
    {
        Caller caller = context.Caller();
        if (request is not null) await grains.Request(caller.Tenant, request).Get().WaitAsync(context.RequestAborted);
        using IDisposable place = streams.Open(caller.Tenant);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.ApplicationStopping);
        var writer = new EventWriter(context.Response, caller, grains);
        EventSource source = request is null ? new TenantEvents(grains.Tenant(caller.Tenant), writer) : new RequestEvents(grains.Request(caller.Tenant, request), writer);
        try
        {
            await source.RunAsync(LastId(context), () => caller.IsValidAsync(keys, stop.Token), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The reader disconnected, or this silo shuts down; the reader resumes elsewhere.
        }
    }

    private static long? LastId(HttpContext context) =>
        long.TryParse(context.Request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long last) ? last : null;
}
