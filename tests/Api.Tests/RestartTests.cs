using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;

namespace Vgpnn.Api.Tests;

/// <summary>State that survives a restart of the server.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-restart-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Sessions_survive_a_restart_and_ended_ones_stay_ended()
    {
        string kept, ended;
        await using (SiloProcess silo = await StartAsync())
        {
            kept = await SignInAsync(silo);
            ended = await SignInAsync(silo);
            Assert.Equal(HttpStatusCode.NoContent, await CallAsync(silo, HttpMethod.Delete, ended));
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(silo, HttpMethod.Get, ended));
            Assert.Equal(HttpStatusCode.OK, await CallAsync(silo, HttpMethod.Get, kept));
            silo.Terminate();
            Assert.Equal(0, await silo.ExitAsync());
        }

        await using (SiloProcess silo = await StartAsync())
        {
            Assert.Equal(HttpStatusCode.OK, await CallAsync(silo, HttpMethod.Get, kept));
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(silo, HttpMethod.Get, ended));
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(silo, HttpMethod.Get, kept[..^4] + "AAAA"));
        }
    }

    [Fact]
    public async Task Watcher_does_not_delay_the_shutdown()
    {
        await using SiloProcess silo = await StartAsync();
        using HttpClient http = Connect(silo);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await KeyAsync());
        using HttpResponseMessage response = await http.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync());
        string? line;
        do line = await events.ReadLineAsync();
        while (line != $"event: {EventNames.Reset}");

        // Long enough that the next poll waits.
        await Task.Delay(500);
        long start = Stopwatch.GetTimestamp();
        silo.Terminate();
        Assert.Equal(0, await silo.ExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 8);
    }

    private async Task<SiloProcess> StartAsync()
    {
        var silo = SiloProcess.Start(_directory, new Dictionary<string, string> { ["data"] = Path.Combine(_directory, "data"), ["serve"] = "true", ["slots"] = "1", ["threads"] = "1" });
        await silo.ReadyAsync();
        return silo;
    }

    private static HttpClient Connect(SiloProcess silo)
    {
        var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{silo.Port}") };
        http.DefaultRequestHeaders.Add("X-Vgpnn-Page", "1");
        return http;
    }

    private async Task<string> KeyAsync() => (await File.ReadAllTextAsync(Path.Combine(_directory, "data", "first-key"))).Trim();

    /// <summary>The value of a new session's cookie.</summary>
    private async Task<string> SignInAsync(SiloProcess silo)
    {
        using HttpClient http = Connect(silo);
        using HttpResponseMessage response = await http.PostAsJsonAsync("/v1/session", new SessionDraft(await KeyAsync()), ApiJson.Options);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2)[1];
    }

    private static async Task<HttpStatusCode> CallAsync(SiloProcess silo, HttpMethod method, string session)
    {
        using HttpClient http = Connect(silo);
        http.DefaultRequestHeaders.Add("Cookie", $"vgpnn-session-{silo.Port}={session}");
        using var message = new HttpRequestMessage(method, "/v1/session");
        using HttpResponseMessage response = await http.SendAsync(message);
        return response.StatusCode;
    }
}
