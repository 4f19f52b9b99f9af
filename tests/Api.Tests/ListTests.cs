using System.Text.Json.Nodes;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class ListTests(ApiServer server)
{
    [Fact]
    public async Task Requests_are_filtered_by_state_application_and_text()
    {
        (HttpClient http, _) = await server.TenantAsync();
        byte[] clip = await Clips.SmallAsync();
        Video whale = await ApiServer.UploadAsync(http, clip, "Blue whale.mp4"), fish = await ApiServer.UploadAsync(http, [.. clip, 0, 0, 0, 8, .. "free"u8], "fish.mp4");
        Request made = await server.EndedAsync(http, await ApiServer.SubmitAsync(http, ApiServer.Draft(whale.Id, 1)));
        Request retargeted = await server.EndedAsync(http, await ApiServer.SubmitAsync(http, ApiServer.Draft(fish.Id, 1) with { Application = RequestApplication.Retargeting, Settings = new JsonObject { ["iterations"] = 2 } }));
        Request active = await ApiServer.SubmitAsync(http, ApiServer.LongDraft(fish.Id, 1));
        Request cancelled = await ApiServer.SubmitAsync(http, ApiServer.LongDraft(whale.Id, 1));
        await http.PostAsync($"{cancelled.Links.Self}/cancel", null);

        await AssertListAsync("", cancelled, active, retargeted, made);
        await AssertListAsync("?state=active", active);
        await AssertListAsync("?state=succeeded", retargeted, made);
        await AssertListAsync("?state=cancelled", cancelled);
        await AssertListAsync("?state=failed");
        await AssertListAsync("?application=retargeting", retargeted);
        await AssertListAsync("?search=whale%20BLUE", cancelled, made);
        await AssertListAsync("?search=blue%20fish");
        await AssertListAsync($"?search={made.Id}", made);
        await AssertListAsync("?search=whale&state=succeeded&application=generation", made);
        await http.DeleteAsync(active.Links.Self);
        await AssertListAsync("?search=fish", retargeted);

        // The state in the list is updated shortly after the request ends.
        Task AssertListAsync(string query, params Request[] expected) => Cluster.Tests.Support.Until.HoldsAsync(
            $"the list {query} has {expected.Length} requests",
            async () => (await ApiServer.GetAsync<Page<Request>>(http, $"/v1/requests{query}")).Items.Select(r => r.Id).SequenceEqual(expected.Select(r => r.Id)));
    }

    [Fact]
    public async Task Videos_are_filtered_by_state_and_text()
    {
        (HttpClient http, _) = await server.TenantAsync();
        byte[] clip = await Clips.SmallAsync();
        Video good = await ApiServer.UploadAsync(http, clip, "good clip.mp4"), bad = await ApiServer.UploadAsync(http, clip[..(clip.Length / 2)], "bad clip.mp4");
        Assert.Equal((VideoState.Ready, VideoState.Failed), (good.State, bad.State));
        await AssertListAsync("?state=ready", good);
        await AssertListAsync("?state=failed", bad);
        await AssertListAsync("?state=ingesting");
        await AssertListAsync("?search=clip", bad, good);
        await AssertListAsync("?search=GOOD", good);

        Task AssertListAsync(string query, params Video[] expected) => Cluster.Tests.Support.Until.HoldsAsync(
            $"the list {query} has {expected.Length} videos",
            async () => (await ApiServer.GetAsync<Page<Video>>(http, $"/v1/videos{query}")).Items.Select(v => v.Id).SequenceEqual(expected.Select(v => v.Id)));
    }

    [Fact]
    public async Task Pages_of_a_filtered_list_have_no_gap_and_no_repetition()
    {
        (HttpClient http, _) = await server.TenantAsync();
        byte[] clip = await Clips.SmallAsync();
        Video even = await ApiServer.UploadAsync(http, clip, "even.mp4"), odd = await ApiServer.UploadAsync(http, [.. clip, 0, 0, 0, 8, .. "free"u8], "odd.mp4");
        var submitted = new List<string>();
        for (int i = 0; i < 8; i++) submitted.Add((await ApiServer.SubmitAsync(http, ApiServer.Draft((i % 2 == 0 ? even : odd).Id, 1))).Id);
        var listed = new List<string>();
        string? cursor = null;
        do
        {
            Page<Request> page = await ApiServer.GetAsync<Page<Request>>(http, $"/v1/requests?limit=3&search=even{(cursor is null ? "" : $"&cursor={cursor}")}");
            listed.AddRange(page.Items.Select(r => r.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        Assert.Equal(submitted.Where((_, i) => i % 2 == 0).Reverse(), listed);
    }

    [Theory]
    [InlineData("/v1/requests?state=queued", "bad-state")]
    [InlineData("/v1/requests?state=", "bad-state")]
    [InlineData("/v1/requests?application=magic", "bad-application")]
    [InlineData("/v1/videos?state=deleted", "bad-state")]
    [InlineData("/v1/videos?cursor=dmlkZW9zOi0x", "bad-cursor")]
    [InlineData("/v1/videos?cursor=dmlkZW9zOg", "bad-cursor")]
    public async Task Invalid_filters_and_cursors_are_rejected(string address, string code)
    {
        Problem problem = await ApiServer.ProblemAsync(await server.First.GetAsync(address));
        Assert.Equal((422, code), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Search_text_of_more_than_200_characters_is_rejected()
    {
        await ApiServer.GetAsync<Page<Video>>(server.First, $"/v1/videos?search={new string('x', 200)}");
        Assert.Equal("search-too-long", (await ApiServer.ProblemAsync(await server.First.GetAsync($"/v1/videos?search={new string('x', 201)}"))).Code);
    }
}
