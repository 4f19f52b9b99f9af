using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;

namespace Vgpnn.Silo.Api;

/// <summary>
/// What happens, as server-sent events. They are read from the state, not handed on from process to process: any node tells the
/// same, and after a break the header Last-Event-ID goes on where the stream was.
/// </summary>
internal static class EventEndpoints
{
    private const int MostStreams = 32;

    // Where something has just happened more is about to.
    private static readonly TimeSpan Lively = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortInterval = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan LongInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Alive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Oldest = TimeSpan.FromHours(24);
    private static readonly ConcurrentDictionary<string, int> Streams = new();

    public static void MapEvents(this RouteGroupBuilder group)
    {
        group.MapGet("/events", (HttpContext context, Changes changes, RequestGrain requests, IHostApplicationLifetime life) =>
                StreamAsync(context, null, changes, requests, life))
            .Needs(KeyScope.Read).Produces(200, contentType: "text/event-stream").WithName("streamEvents")
            .WithSummary("Everything of the tenant that changes, as server-sent events; takes Last-Event-ID.");
        group.MapGet("/requests/{request}/events", (string request, HttpContext context, Changes changes, RequestGrain requests, IHostApplicationLifetime life) =>
                StreamAsync(context, request, changes, requests, life))
            .Needs(KeyScope.Read).Produces(200, contentType: "text/event-stream").WithName("streamRequestEvents")
            .WithSummary("A request and its samples, first as they are and then as they change; ends when the request does. Takes Last-Event-ID.");
    }

    private static async Task StreamAsync(
        HttpContext context, string? request, Changes changes, RequestGrain requests, IHostApplicationLifetime life)
    {
        string tenant = context.Caller().Tenant;
        if (request is not null) await requests.GetAsync(tenant, request, context.RequestAborted);
        if (Streams.AddOrUpdate(tenant, 1, (_, n) => n + 1) > MostStreams)
        {
            Streams.AddOrUpdate(tenant, 0, (_, n) => n - 1);
            throw new ApiException(429, "quota-streams", $"a tenant has at most {MostStreams} event streams") { RetryAfter = 10 };
        }

        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.ApplicationStopping);
            await new EventStream(context.Response, changes, requests, tenant, request).RunAsync(Since(context), stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader left, or this node does; another one goes on.
        }
        finally
        {
            Streams.AddOrUpdate(tenant, 0, (_, n) => n - 1);
        }
    }

    private static long? Since(HttpContext context) =>
        long.TryParse(context.Request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long last)
        && DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - last < Oldest.TotalMilliseconds
            ? last
            : null;

    /// <summary>One reader's stream.</summary>
    private sealed class EventStream(HttpResponse response, Changes changes, RequestGrain requests, string tenant, string? request)
    {
        // What was told lately, so that the overlap tells nothing twice.
        private readonly Dictionary<string, (long Changed, int Content)> _told = [];

        public async Task RunAsync(long? since, CancellationToken cancellation)
        {
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            response.Headers["X-Accel-Buffering"] = "no";
            await response.WriteAsync("retry: 1000\n\n", cancellation);
            ChangeSet found = await changes.SinceAsync(tenant, request, since - (long)Changes.Overlap.TotalMilliseconds ?? (request is null ? long.MaxValue : 0), cancellation);
            long last = since ?? found.Now;
            if (since is null) await response.WriteAsync($"id: {found.Now}\nevent: {EventNames.Reset}\ndata: {{}}\n\n", cancellation);
            DateTimeOffset spoke = DateTimeOffset.UtcNow, told = spoke;
            while (true)
            {
                if (await TellAsync(found, cancellation))
                {
                    told = spoke = DateTimeOffset.UtcNow;
                }
                else if (DateTimeOffset.UtcNow - spoke > Alive)
                {
                    await response.WriteAsync(": alive\n\n", cancellation);
                    spoke = DateTimeOffset.UtcNow;
                }

                await response.Body.FlushAsync(cancellation);
                if (request is not null && found.Requests.Any(r => r.State == RequestState.Finished)) return;

                // Where one look brought as much as it may, the next one goes on from there.
                last = IsFull(found) ? Math.Max(last, Newest(found)) : found.Now;
                await Task.Delay(DateTimeOffset.UtcNow - told < Lively ? ShortInterval : LongInterval, cancellation);
                found = await changes.SinceAsync(tenant, request, last - (long)Changes.Overlap.TotalMilliseconds, cancellation);
                Forget(last);
            }
        }

        private static bool IsFull(ChangeSet found) =>
            Math.Max(found.Videos.Count, Math.Max(found.Requests.Count, found.Samples.Count)) >= Changes.MostRows;

        private static long Newest(ChangeSet found) =>
            Math.Max(found.Samples.Select(s => s.ChangedAt).DefaultIfEmpty(0).Max(), found.Requests.Select(r => r.ChangedAt).DefaultIfEmpty(0).Max());

        // Samples before their request: whoever hears that a request is finished has heard of all its samples.
        private async Task<bool> TellAsync(ChangeSet found, CancellationToken cancellation)
        {
            bool told = false;
            foreach (VideoStatus video in found.Videos)
                told |= await TellAsync(EventNames.Video, video.VideoId, video.ChangedAt, Wire.Of(video), cancellation);
            foreach (SampleStatus sample in found.Samples)
                told |= await TellAsync(EventNames.Sample, $"{sample.RequestId}/{sample.SampleIndex}", sample.ChangedAt, Wire.Of(sample), cancellation);
            string[] ids = [.. found.Requests.Select(r => r.RequestId)];
            ILookup<string, KnownInput> inputs = await requests.InputsAsync(tenant, ids, cancellation);
            foreach (RequestStatus status in found.Requests)
                told |= await TellAsync(EventNames.Request, status.RequestId, status.ChangedAt, Wire.Of(status, inputs[status.RequestId]), cancellation);
            return told;
        }

        private async Task<bool> TellAsync<T>(string name, string key, long changed, T body, CancellationToken cancellation)
        {
            string json = JsonSerializer.Serialize(body, ApiJson.Options);
            (long, int) now = (changed, json.GetHashCode(StringComparison.Ordinal));
            if (_told.TryGetValue(key, out (long, int) before) && before == now) return false;
            _told[key] = now;
            await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {changed}\nevent: {name}\ndata: {json}\n\n"), cancellation);
            return true;
        }

        private void Forget(long last)
        {
            long old = last - (2 * (long)Changes.Overlap.TotalMilliseconds);
            foreach (string key in _told.Where(t => t.Value.Changed < old).Select(t => t.Key).ToArray()) _told.Remove(key);
        }
    }
}
