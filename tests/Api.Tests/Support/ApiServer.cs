using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests.Support;

/// <summary>A silo in its own process, with SQLite, started like <c>vgpnn serve</c>.</summary>
public sealed class ApiServer : IAsyncLifetime
{
    private SiloProcess? _silo;

    /// <summary>The address of a proxy that the server trusts.</summary>
    public const string TrustedProxy = "127.0.0.77";

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("vgpnn-api-").FullName;

    public string Address => $"http://127.0.0.1:{_silo!.Port}";

    public int Port => _silo!.Port;

    public string Log => _silo!.Log;

    /// <summary>The first key, which has all scopes.</summary>
    public string FirstKey { get; private set; } = "";

    public string KeyFile => Path.Combine(Directory, "data", "first-key");

    public HttpClient First { get; private set; } = null!;

    /// <summary>A ready video of the first key's tenant.</summary>
    public string VideoId { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var settings = new Dictionary<string, string>
        {
            ["data"] = Path.Combine(Directory, "data"),
            ["serve"] = "true",
            ["slots"] = "2",
            ["threads"] = "1",
            ["checkpointSeconds"] = "0",
            ["maxUploadMegabytes"] = "4",
            ["insecureWebhooks"] = "true",
            ["trustedProxies"] = $"{TrustedProxy},192.0.2.0/24",
        };
        _silo = SiloProcess.Start(Directory, settings);
        await _silo.ReadyAsync();
        FirstKey = (await File.ReadAllTextAsync(KeyFile)).Trim();
        First = Connect(FirstKey);
        VideoId = (await UploadAsync(First, await Clips.SmallAsync(), "small.mp4")).Id;
    }

    public async Task DisposeAsync()
    {
        First.Dispose();
        await _silo!.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    public HttpClient Connect(string? key)
    {
        var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(Address) };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Connects from another address of this machine than 127.0.0.1.</summary>
    public HttpClient ConnectFrom(string address, string? key = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var http = new HttpClient(handler) { BaseAddress = new Uri(Address) };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Creates a tenant for a test, and a client with a key of it.</summary>
    public async Task<(HttpClient Http, string Tenant)> TenantAsync(TenantLimits? limits = null, params KeyScope[] scopes)
    {
        Tenant tenant = await SendAsync<Tenant>(First, HttpMethod.Post, "/v1/tenants", new TenantDraft($"t-{Guid.NewGuid():N}", limits));
        NewKey key = await SendAsync<NewKey>(
            First, HttpMethod.Post, $"/v1/tenants/{tenant.Id}/keys", new KeyDraft(scopes.Length > 0 ? scopes : [KeyScope.Read, KeyScope.Write]));
        return (Connect(key.Key), tenant.Id);
    }

    /// <summary>Uploads a file, and waits until it was ingested.</summary>
    public static async Task<Video> UploadAsync(HttpClient http, byte[] content, string name = "clip.mp4")
    {
        using HttpResponseMessage response = await http.PostAsync($"/v1/videos?name={Uri.EscapeDataString(name)}", new ByteArrayContent(content));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await LookedAtAsync(http, response);
    }

    /// <summary>Waits until the video of an upload's response was ingested.</summary>
    public static async Task<Video> LookedAtAsync(HttpClient http, HttpResponseMessage response)
    {
        Video video = (await response.Content.ReadFromJsonAsync<Video>(ApiJson.Options))!;
        await Until.HoldsAsync("the video was looked at", async () =>
            (video = await GetAsync<Video>(http, video.Links.Self)).State != VideoState.Ingesting);
        return video;
    }

    public static RequestDraft Draft(string video, int samples = 2, ulong? seed = 7) => new()
    {
        Inputs = [new RequestInput(RequestInputRole.Input, video)],
        Samples = samples,
        Seed = seed,
        Settings = new JsonObject { ["iterations"] = 2, ["noise"] = 3 },
    };

    /// <summary>A request that takes long enough to be observed while it runs.</summary>
    public static RequestDraft LongDraft(string video, int samples = 2) => Draft(video, samples) with
    {
        Settings = new JsonObject { ["iterations"] = 100, ["scale"] = new JsonObject { ["t"] = 4, ["h"] = 4, ["w"] = 4 }, ["search"] = "exhaustive" },
    };

    public static Task<Request> SubmitAsync(HttpClient http, RequestDraft draft) => SendAsync<Request>(http, HttpMethod.Post, "/v1/requests", draft);

    public async Task<Request> EndedAsync(HttpClient http, Request request)
    {
        await Until.HoldsAsync(
            "the request has ended",
            async () => (request = await GetAsync<Request>(http, request.Links.Self)).State is not (WorkState.Queued or WorkState.Running),
            () => Task.FromResult(Log));
        return request;
    }

    public static async Task<T> GetAsync<T>(HttpClient http, string address)
    {
        using HttpResponseMessage response = await http.GetAsync(address);
        Assert.True(response.IsSuccessStatusCode, $"{address}: {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<T>(ApiJson.Options))!;
    }

    public static async Task<T> SendAsync<T>(HttpClient http, HttpMethod method, string address, object? body = null)
    {
        using var message = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: ApiJson.Options) };
        using HttpResponseMessage response = await http.SendAsync(message);
        Assert.True(response.IsSuccessStatusCode, $"{method} {address}: {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<T>(ApiJson.Options))!;
    }

    /// <summary>Asserts that a response is a problem, and reads it.</summary>
    public static async Task<Problem> ProblemAsync(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.Content.Headers.ContentType?.MediaType == Problem.ContentType, $"{response.StatusCode} {body}");
        Problem problem = JsonSerializer.Deserialize<Problem>(body, ApiJson.Options)!;
        Assert.Equal((int)response.StatusCode, problem.Status);
        Assert.Equal($"urn:vgpnn:problem:{problem.Code}", problem.Type);
        return problem;
    }
}

/// <summary>Tests that share one server.</summary>
[CollectionDefinition(Name)]
public sealed class ServerGroup : ICollectionFixture<ApiServer>
{
    public const string Name = "server";
}
