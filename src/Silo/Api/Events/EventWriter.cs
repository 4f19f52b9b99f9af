using System.Globalization;
using System.Text;
using System.Text.Json;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Requests;
using Vgpnn.Silo.Api.Samples;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Api.Videos;

namespace Vgpnn.Silo.Api.Events;

/// <summary>Writes changes as server-sent events; each event's id is the version from which a stream resumes after it.</summary>
internal sealed class EventWriter(HttpResponse response, Caller caller, IGrainFactory grains)
{
    public async Task BeginAsync(CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await WriteAsync("retry: 1000\n\n", cancellation);
    }

    public Task KeepAliveAsync(CancellationToken cancellation) => WriteAsync(": alive\n\n", cancellation);

    /// <summary>Tells the reader that changes before this version are not told.</summary>
    public Task ResetAsync(long version, CancellationToken cancellation) =>
        WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {version}\nevent: {EventNames.Reset}\ndata: {{}}\n\n"), cancellation);

    /// <summary>Writes changes in their order.</summary>
    public async Task TellAsync(IReadOnlyList<Change> changes, CancellationToken cancellation)
    {
        IReadOnlySet<string> deleted = await grains.DeletedInputsAsync(caller.Tenant, changes.Select(c => c.Request).OfType<RequestStatus>(), cancellation);
        var text = new StringBuilder();
        foreach (Change change in changes)
        {
            (string name, string json) = change switch
            {
                { Video: { } video } => (EventNames.Video, Json(caller.Map(video))),
                { Sample: { } sample } => (EventNames.Sample, Json(sample.Map())),
                { Request: { } request } => (EventNames.Request, Json(caller.Map(request, deleted))),
                _ => throw new InvalidOperationException("an empty change"),
            };
            text.Append(CultureInfo.InvariantCulture, $"id: {change.Version}\nevent: {name}\ndata: {json}\n\n");
        }

        await WriteAsync(text.ToString(), cancellation);
    }

    private static string Json<T>(T body) => JsonSerializer.Serialize(body, ApiJson.Options);

    private async Task WriteAsync(string text, CancellationToken cancellation)
    {
        await response.WriteAsync(text, cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
