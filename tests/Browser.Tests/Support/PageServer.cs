using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;

namespace Vgpnn.Browser.Tests.Support;

/// <summary>A server in its own process, started like <c>vgpnn serve</c>, and a browser.</summary>
public sealed class PageServer : IAsyncLifetime
{
    private SiloProcess? _silo;
    private IPlaywright? _playwright;

    /// <summary>Path of Chromium; <c>null</c> if it is not installed.</summary>
    internal static string? Chromium { get; } = Array.Find(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], File.Exists);

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("vgpnn-page-").FullName;

    public int Port => _silo!.Port;

    public string Address => $"http://127.0.0.1:{Port}";

    public string Log => _silo!.Log;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>The API with the first key, which has all scopes.</summary>
    public HttpClient First { get; private set; } = null!;

    public string FirstKey { get; private set; } = "";

    /// <summary>The one-time sign-in link that the server printed.</summary>
    public string PrintedAddress => Regex.Match(Log, @"http://\S+#enter=\S+").Value;

    public static string Clip(string name) => Path.Combine(AppContext.BaseDirectory, "Clips", name);

    public async Task InitializeAsync()
    {
        if (Chromium is null) return;
        var settings = new Dictionary<string, string> { ["data"] = Path.Combine(Directory, "data"), ["serve"] = "true" };
        _silo = SiloProcess.Start(Directory, settings);
        await _silo.ReadyAsync();
        FirstKey = (await File.ReadAllTextAsync(Path.Combine(Directory, "data", "first-key"))).Trim();
        First = Connect(FirstKey);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            ChromiumSandbox = false,
            Args = ["--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
        });
    }

    public async Task DisposeAsync()
    {
        if (Chromium is null) return;
        await Browser.CloseAsync();
        _playwright!.Dispose();
        First.Dispose();
        await _silo!.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    public HttpClient Connect(string key)
    {
        var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(Address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Creates a tenant for a test.</summary>
    public async Task<(string Name, string Key)> TenantAsync()
    {
        Tenant tenant = await SendAsync<Tenant>(First, HttpMethod.Post, "/v1/tenants", new TenantDraft($"t-{Guid.NewGuid():N}"[..10]));
        return (tenant.Name, (await SendAsync<NewKey>(First, HttpMethod.Post, $"/v1/tenants/{tenant.Id}/keys", new KeyDraft([KeyScope.Read, KeyScope.Write]))).Key);
    }

    /// <summary>Uploads a clip, and waits until it can be used.</summary>
    public static async Task<Video> UploadAsync(HttpClient http, string path)
    {
        using HttpResponseMessage response = await http.PostAsync($"/v1/videos?name={Uri.EscapeDataString(Path.GetFileName(path))}", new ByteArrayContent(await File.ReadAllBytesAsync(path)));
        Video video = (await response.Content.ReadFromJsonAsync<Video>(ApiJson.Options))!;
        await Until.HoldsAsync("the video is ready", async () =>
            (video = await SendAsync<Video>(http, HttpMethod.Get, video.Links.Self)).State != VideoState.Ingesting);
        return video;
    }

    public static async Task<T> SendAsync<T>(HttpClient http, HttpMethod method, string address, object? body = null)
    {
        using var message = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: ApiJson.Options) };
        using HttpResponseMessage response = await http.SendAsync(message);
        string answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {address}: {answer}");
        return JsonSerializer.Deserialize<T>(answer, ApiJson.Options)!;
    }

    /// <summary>Submits a request that takes long enough to be observed while it runs.</summary>
    public static Task<Request> SubmitLongAsync(HttpClient http, string video, int samples = 2) => SendAsync<Request>(
        http, HttpMethod.Post, "/v1/requests",
        new RequestDraft
        {
            Inputs = [new RequestInput(RequestInputRole.Input, video)],
            Samples = samples,
            Settings = new JsonObject { ["iterations"] = 100, ["scale"] = new JsonObject { ["t"] = 1, ["h"] = 2, ["w"] = 2 } },
        });
}
