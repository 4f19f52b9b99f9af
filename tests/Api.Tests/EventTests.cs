using System.Net.ServerSentEvents;
using System.Text.Json;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class EventTests(ApiServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Request_stream_reports_every_final_sample_state_before_the_request_ends()
    {
        Request request = await ApiServer.SubmitAsync(server.First, ApiServer.Draft(server.VideoId, 3));
        List<SseItem<string>> items = await ReadAsync(server.First, request.Links.Events, null, _ => false);
        Assert.Equal(EventNames.Reset, items[0].EventType);
        Assert.Equal(EventNames.Request, items[^1].EventType);
        Assert.Equal(WorkState.Succeeded, JsonSerializer.Deserialize<Request>(items[^1].Data, ApiJson.Options)!.State);
        IEnumerable<Sample> ends = items.Where(i => i.EventType == EventNames.Sample)
            .Select(i => JsonSerializer.Deserialize<Sample>(i.Data, ApiJson.Options)!).Where(s => s.State == WorkState.Succeeded);
        Assert.Equal([0, 1, 2], ends.Select(s => s.Index).Distinct().Order());
    }

    [Fact]
    public async Task Interrupted_stream_resumes_and_misses_no_final_state()
    {
        Request request = await ApiServer.SubmitAsync(server.First, ApiServer.Draft(server.VideoId, 4));
        var ends = new HashSet<int>();
        string? last = null;
        bool over = false;
        for (int broken = 0; !over; broken++)
        {
            // Every connection is left after its third event.
            int left = broken < 10 ? 3 : int.MaxValue;
            List<SseItem<string>> items = await ReadAsync(server.First, request.Links.Events, last, _ => --left == 0);
            if (broken > 0 && last is not null) Assert.NotEqual(EventNames.Reset, items[0].EventType);
            foreach (SseItem<string> item in items)
            {
                if (item.EventId is { Length: > 0 } id) last = id;
                if (item.EventType == EventNames.Sample && JsonSerializer.Deserialize<Sample>(item.Data, ApiJson.Options) is { State: WorkState.Succeeded } sample) ends.Add(sample.Index);
                over |= item.EventType == EventNames.Request && JsonSerializer.Deserialize<Request>(item.Data, ApiJson.Options)!.State == WorkState.Succeeded;
            }
        }

        Assert.Equal(4, ends.Count);
    }

    [Fact]
    public async Task Unknown_event_id_starts_the_stream_with_a_reset()
    {
        Request request = await server.EndedAsync(server.First, await ApiServer.SubmitAsync(server.First, ApiServer.Draft(server.VideoId, 1)));
        foreach (string id in (string[])["invalid", "-1", "99999999999999999999", "1000"])
            Assert.Equal(EventNames.Reset, (await ReadAsync(server.First, request.Links.Events, id, _ => false))[0].EventType);
    }

    [Fact]
    public async Task Tenant_stream_contains_only_its_own_changes()
    {
        (HttpClient one, _) = await server.TenantAsync();
        (HttpClient two, _) = await server.TenantAsync();
        Task<List<SseItem<string>>> heard = ReadAsync(one, "/v1/events", null, i => i.EventType == EventNames.Request && i.Data.Contains("succeeded\",\"app", StringComparison.Ordinal));

        // The id of a video is that of its content, so the contents must differ.
        Video foreign = await ApiServer.UploadAsync(two, [.. await Clips.SmallAsync(), 0, 0, 0, 8, .. "free"u8]);
        await server.EndedAsync(two, await ApiServer.SubmitAsync(two, ApiServer.Draft(foreign.Id, 1)));
        Video own = await ApiServer.UploadAsync(one, await Clips.SmallAsync());
        Request request = await ApiServer.SubmitAsync(one, ApiServer.Draft(own.Id, 1));
        List<SseItem<string>> items = await heard;
        Assert.Contains(items, i => i.EventType == EventNames.Video && i.Data.Contains(own.Id, StringComparison.Ordinal));
        Assert.Contains(items, i => i.EventType == EventNames.Request && i.Data.Contains(request.Id, StringComparison.Ordinal));
        Assert.DoesNotContain(items, i => i.Data.Contains(foreign.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stream_ends_when_its_key_is_revoked()
    {
        Tenant tenant = await ApiServer.SendAsync<Tenant>(server.First, HttpMethod.Post, "/v1/tenants", new TenantDraft($"t-{Guid.NewGuid():N}"));
        NewKey key = await ApiServer.SendAsync<NewKey>(server.First, HttpMethod.Post, $"/v1/tenants/{tenant.Id}/keys", new KeyDraft([KeyScope.Read]));
        var begun = new TaskCompletionSource();
        Task<List<SseItem<string>>> heard = ReadAsync(server.Connect(key.Key), "/v1/events", null, _ => !begun.TrySetResult());
        await begun.Task;
        await server.First.DeleteAsync($"/v1/tenants/{tenant.Id}/keys/{key.Description.Id}");
        Assert.Equal([EventNames.Reset], (await heard).Select(i => i.EventType));
    }

    private static async Task<List<SseItem<string>>> ReadAsync(HttpClient http, string address, string? last, Predicate<SseItem<string>> until)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var message = new HttpRequestMessage(HttpMethod.Get, address);
        if (last is not null) message.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        using HttpResponseMessage response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var items = new List<SseItem<string>>();
        await foreach (SseItem<string> item in SseParser.Create(await response.Content.ReadAsStreamAsync(patience.Token)).EnumerateAsync(patience.Token))
        {
            items.Add(item);
            if (until(item)) break;
        }

        return items;
    }
}
