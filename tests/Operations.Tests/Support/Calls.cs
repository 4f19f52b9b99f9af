using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;

using Request = Vgpnn.Contracts.Request;

namespace Vgpnn.Operations.Tests.Support;

/// <summary>Calls of the API.</summary>
internal sealed class Calls : IDisposable
{
    private readonly HttpClient _http;

    public Calls(int port, string key)
    {
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Uploads a clip, and waits until it is ingested.</summary>
    public async Task<Video> UploadAsync(byte[] content, VideoState expected = VideoState.Ready)
    {
        using HttpResponseMessage response = await _http.PostAsync("/v1/videos?name=clip.mp4", new ByteArrayContent(content));
        Video video = await ReadAsync<Video>(response);
        await Until.HoldsAsync($"the video is {expected}", async () => (video = await GetAsync<Video>(video.Links.Self)).State == expected);
        return video;
    }

    /// <summary>Submits a request; more iterations take longer.</summary>
    public async Task<Request> SubmitAsync(string video, int samples, int iterations = 2, string? webhook = null)
    {
        var draft = new RequestDraft
        {
            Inputs = [new RequestInput(RequestInputRole.Input, video)],
            Samples = samples,
            Seed = 7,
            Webhook = webhook,
            Settings = new JsonObject { ["iterations"] = iterations, ["noise"] = 3 },
        };
        using HttpResponseMessage response = await _http.PostAsJsonAsync("/v1/requests", draft, ApiJson.Options);
        return await ReadAsync<Request>(response);
    }

    /// <summary>Waits until a request has finished.</summary>
    public async Task<Request> FinishedAsync(Request request)
    {
        await Until.HoldsAsync("the request has finished", async () =>
            (request = await GetAsync<Request>(request.Links.Self)).State is not (WorkState.Queued or WorkState.Running));
        return request;
    }

    public Task<Request> GetAsync(Request request) => GetAsync<Request>(request.Links.Self);

    /// <summary>The workers, as the operator sees them.</summary>
    public async Task<IReadOnlyList<Node>> WorkersAsync() => (await GetAsync<ClusterStatus>("/v1/nodes")).Nodes;

    private async Task<T> GetAsync<T>(string address) => (await _http.GetFromJsonAsync<T>(address, ApiJson.Options))!;

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<T>(ApiJson.Options))!;
    }
}
