using System.Net.Http.Headers;
using System.Net.Http.Json;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;

namespace Vgpnn.Operations.Tests.Support;

/// <summary>The few calls of the API that operators' tests make.</summary>
internal sealed class Calls : IDisposable
{
    private readonly HttpClient _http;

    public Calls(int port, string key)
    {
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Uploads a clip, and waits until a silo has taken it in.</summary>
    public async Task<Video> UploadAsync(byte[] content)
    {
        using HttpResponseMessage response = await _http.PostAsync("/v1/videos?name=clip.mp4", new ByteArrayContent(content));
        Video video = await ReadAsync<Video>(response);
        await Until.HoldsAsync("the video is ready", async () =>
            (video = (await _http.GetFromJsonAsync<Video>(video.Links.Self, ApiJson.Options))!).State == VideoState.Ready);
        return video;
    }

    public async Task<Request> SubmitAsync(string video, int samples, int iterations = 2)
    {
        var draft = new RequestDraft
        {
            Inputs = [new RequestInput(Synthesis.InputRole.Input, video)],
            Samples = samples,
            Seed = 7,
            Settings = new Knobs { Iterations = iterations, Noise = 3 },
        };
        using HttpResponseMessage response = await _http.PostAsJsonAsync("/v1/requests", draft, ApiJson.Options);
        return await ReadAsync<Request>(response);
    }

    public async Task<Request> EndedAsync(Request request)
    {
        await Until.HoldsAsync("the request has ended", async () =>
            (request = (await _http.GetFromJsonAsync<Request>(request.Links.Self, ApiJson.Options))!).State is not (WorkState.Queued or WorkState.Running));
        return request;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<T>(ApiJson.Options))!;
    }
}
