using System.Net;
using System.Net.Http.Headers;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class LifeTests(ApiServer server)
{
    [Fact]
    public async Task Request_from_upload_to_deletion_gives_the_samples_of_the_command_line()
    {
        (HttpClient http, _) = await server.TenantAsync();
        byte[] clip = await Clips.SmallAsync();
        Video video = await ApiServer.UploadAsync(http, clip, "café ☕.mp4");
        Assert.Equal((VideoState.Ready, "café ☕.mp4", new Size(8, 32, 48)), (video.State, video.Name, video.Size));
        Assert.Equal(clip, await http.GetByteArrayAsync(video.Links.Content));
        Assert.Equal("image/webp", (await http.GetAsync(video.Links.Poster)).Content.Headers.ContentType!.MediaType);

        Estimate estimate = await ApiServer.SendAsync<Estimate>(http, HttpMethod.Post, "/v1/estimates", ApiServer.Draft(video.Id));
        Assert.True(estimate.SecondsPerSample > 0 && estimate.PeakBytes > 0 && estimate.NodeBytes > estimate.PeakBytes);

        Request request = await ApiServer.SubmitAsync(http, ApiServer.Draft(video.Id));
        Assert.Equal((7ul, estimate.Output, estimate.Levels.Count), (request.Seed, request.Output, request.Levels));
        request = await server.EndedAsync(http, request);
        Assert.Equal((WorkState.Succeeded, 2), (request.State, request.Samples.Succeeded));
        Page<Sample> samples = await ApiServer.GetAsync<Page<Sample>>(http, request.Links.Samples);
        Assert.Equal(await Clips.ExpectedAsync(clip, Clips.Quick, 7, 2), samples.Items.Select(s => s.FramesSha256));

        SampleLinks links = samples.Items[1].Links;
        byte[] whole = await http.GetByteArrayAsync(links.Video);
        using var part = new HttpRequestMessage(HttpMethod.Get, links.Video) { Headers = { Range = new RangeHeaderValue(10, 99) } };
        using HttpResponseMessage partial = await http.SendAsync(part);
        Assert.Equal(HttpStatusCode.PartialContent, partial.StatusCode);
        Assert.Equal(whole[10..100], await partial.Content.ReadAsByteArrayAsync());
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await http.GetByteArrayAsync($"{links.Field}?frame=3"))[..4]);
        Assert.True((await ApiServer.GetAsync<Scores>(http, links.Scores!)).Coherence >= 0);
        Assert.StartsWith("GIF8", System.Text.Encoding.ASCII.GetString((await http.GetByteArrayAsync($"{links.Video}?format=gif"))[..4]), StringComparison.Ordinal);
        RequestManifest manifest = await ApiServer.GetAsync<RequestManifest>(http, request.Links.Manifest);
        Assert.Equal(samples.Items.Select(s => s.FramesSha256), manifest.Samples.Select(s => s.FramesSha256));

        Request again = await ApiServer.SendAsync<Request>(http, HttpMethod.Post, $"{request.Links.Self}/repeat", new RepeatDraft { Seed = 7 });
        await server.EndedAsync(http, again);
        Assert.Equal(samples.Items[0].FramesSha256, (await ApiServer.GetAsync<Sample>(http, $"{again.Links.Samples}/0")).FramesSha256);

        // A sample keeps the name of a deleted video; the inputs in an answer can be submitted again.
        RequestInput input = Assert.Single(again.Inputs);
        Assert.Equal((video.Id, video.Name, null), (input.Video, input.Name, input.Deleted));
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync(video.Links.Self)).StatusCode);
        input = Assert.Single((await ApiServer.GetAsync<Request>(http, again.Links.Self)).Inputs);
        Assert.Equal((video.Id, video.Name, true), (input.Video, input.Name, input.Deleted));

        foreach (string address in (string[])[request.Links.Self, again.Links.Self])
        {
            Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync(address)).StatusCode);
            Assert.Equal(404, (await ApiServer.ProblemAsync(await http.GetAsync(address))).Status);
        }

        Assert.Equal(404, (await ApiServer.ProblemAsync(await http.GetAsync(video.Links.Self))).Status);

        Assert.Equal(0, (await ApiServer.GetAsync<Limits>(http, "/v1/limits")).Used.Bytes);
    }

    [Fact]
    public async Task Missing_seed_is_chosen_at_random_and_returned_at_submission()
    {
        Request one = await ApiServer.SubmitAsync(server.First, ApiServer.Draft(server.VideoId, 1, seed: null));
        Request two = await ApiServer.SubmitAsync(server.First, ApiServer.Draft(server.VideoId, 1, seed: null));
        Assert.NotEqual(one.Seed, two.Seed);
    }

    [Fact]
    public async Task Pages_of_a_list_have_no_gap_and_no_repetition()
    {
        (HttpClient http, _) = await server.TenantAsync();
        Video video = await ApiServer.UploadAsync(http, await Clips.SmallAsync());
        var made = new List<string>();
        for (int i = 0; i < 5; i++) made.Add((await ApiServer.SubmitAsync(http, ApiServer.Draft(video.Id, 1))).Id);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            Page<Request> page = await ApiServer.GetAsync<Page<Request>>(http, $"/v1/requests?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.Items.Select(r => r.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Reverse(made), seen);
    }

    [Fact]
    public async Task Cancelling_a_running_request_ends_it_and_keeps_its_previews()
    {
        (HttpClient http, _) = await server.TenantAsync();
        Video video = await ApiServer.UploadAsync(http, await Clips.SmallAsync());
        Request request = await ApiServer.SubmitAsync(http, ApiServer.LongDraft(video.Id, 3));
        Sample sample = null!;
        await Cluster.Tests.Support.Until.HoldsAsync(
            "a level is there", async () => (sample = await ApiServer.GetAsync<Sample>(http, $"{request.Links.Samples}/0")).Links.Preview is not null);
        Assert.Equal("image/webp", (await http.GetAsync((await ApiServer.GetAsync<Sample>(http, sample.Links.Self)).Links.Preview)).Content.Headers.ContentType?.MediaType);

        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync($"{sample.Links.Self}/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync($"{sample.Links.Self}/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync($"{request.Links.Self}/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync($"{request.Links.Self}/cancel", null)).StatusCode);
        sample = await ApiServer.GetAsync<Sample>(http, sample.Links.Self);
        Assert.Equal(WorkState.Cancelled, sample.State);
        Assert.True((await http.GetAsync(sample.Links.Preview)).IsSuccessStatusCode);
        Assert.Equal("sample-not-there", (await ApiServer.ProblemAsync(await http.GetAsync($"{sample.Links.Self}/video"))).Code);
    }

    [Fact]
    public async Task Cancelling_a_finished_request_is_a_conflict()
    {
        Request request = await server.EndedAsync(server.First, await ApiServer.SubmitAsync(server.First, ApiServer.Draft(server.VideoId, 1)));
        Assert.Equal("already-over", (await ApiServer.ProblemAsync(await server.First.PostAsync($"{request.Links.Self}/cancel", null))).Code);
        Assert.Equal("already-over", (await ApiServer.ProblemAsync(await server.First.PostAsync($"{request.Links.Samples}/0/cancel", null))).Code);
    }

    [Fact]
    public async Task Cancel_racing_with_completion_gives_one_final_state()
    {
        (HttpClient http, _) = await server.TenantAsync();
        Video video = await ApiServer.UploadAsync(http, await Clips.SmallAsync());
        Request request = await ApiServer.SubmitAsync(http, ApiServer.Draft(video.Id, 30));
        Task<HttpResponseMessage>[] cancels = [.. Enumerable.Range(0, 30).Select(async i =>
        {
            await Task.Delay(20 * i);
            return await http.PostAsync($"{request.Links.Samples}/{i}/cancel", null);
        })];
        HttpStatusCode[] answers = [.. (await Task.WhenAll(cancels)).Select(r => r.StatusCode)];
        request = await server.EndedAsync(http, request);
        Assert.Equal(30, request.Samples.Ended);
        Assert.Equal(answers.Count(a => a == HttpStatusCode.Accepted), request.Samples.Cancelled);
        Assert.Equal(answers.Count(a => a == HttpStatusCode.Conflict), request.Samples.Succeeded);
    }
}
