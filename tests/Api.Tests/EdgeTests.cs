using System.Net;
using System.Net.Http.Json;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Grains.Keys;
using Vgpnn.Silo.Api.Edge;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Api.Tests;

/// <summary>Host names, and the headers of proxies.</summary>
[Collection(ServerGroup.Name)]
public sealed class EdgeTests(ApiServer server)
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("localhost", true)]
    [InlineData("vgpnn.localhost", true)]
    [InlineData("attacker.example", false)]
    [InlineData("127.0.0.1.attacker.example", false)]
    public async Task Server_for_one_machine_answers_only_to_names_of_this_machine(string host, bool answered)
    {
        using HttpClient http = server.Connect(server.FirstKey);
        foreach (string path in (string[])["/", "/v1/limits", "/v1/openapi.json"])
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, path);
            message.Headers.Host = $"{host}:{server.Port}";
            using HttpResponseMessage response = await http.SendAsync(message);
            if (answered) Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            else Assert.Equal("bad-host", (await ApiServer.ProblemAsync(response)).Code);
        }

        using var probe = new HttpRequestMessage(HttpMethod.Get, "/health/ready");
        probe.Headers.Host = host;
        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(probe)).StatusCode);
    }

    [Theory]
    [InlineData(true, "http://127.0.0.1:7413;http://[::1]:7413", "", "localhost *.localhost 127.0.0.1 [::1]")]
    [InlineData(true, "http://0.0.0.0:7413", "", "*")]
    [InlineData(true, "http://127.0.0.1:7413", "vgpnn.example.com, *.example.org", "vgpnn.example.com *.example.org")]
    [InlineData(false, "http://127.0.0.1:7413", "", "*")]
    public void Hosts_are_limited_by_default_only_when_no_other_machine_can_connect(bool serve, string urls, string hosts, string expected) =>
        Assert.Equal(expected.Split(' '), EdgeSettings.HostsOf(new SiloSettings { Serve = serve, Urls = urls, Hosts = hosts }));

    [Theory]
    [InlineData(ApiServer.TrustedProxy, true)]
    [InlineData("127.0.0.78", false)]
    public async Task Session_cookie_is_secure_when_a_trusted_proxy_says_https(string proxy, bool secure)
    {
        using HttpClient http = server.ConnectFrom(proxy);
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");
        http.DefaultRequestHeaders.Add("X-Vgpnn-Page", "1");
        using HttpResponseMessage begun = await http.PostAsJsonAsync("/v1/session", new SessionDraft(server.FirstKey), ApiJson.Options);
        Assert.Equal(secure, begun.Headers.GetValues("Set-Cookie").Single().Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Clients behind a trusted proxy are counted separately; a client cannot change its address by sending a header.</summary>
    [Theory]
    [InlineData(ApiServer.TrustedProxy, true)]
    [InlineData("127.0.0.79", false)]
    public async Task Unknown_keys_count_for_the_client_that_a_trusted_proxy_names(string proxy, bool trusted)
    {
        using HttpClient http = server.ConnectFrom(proxy);
        async Task<HttpStatusCode> CallAsync(string client)
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, "/v1/limits");
            message.Headers.Authorization = new("Bearer", KeyText.New(KeyText.Key).ToString());
            message.Headers.Add("X-Forwarded-For", client);
            return (await http.SendAsync(message)).StatusCode;
        }

        HttpStatusCode last = HttpStatusCode.Unauthorized;
        for (int i = 0; i < 500 && last == HttpStatusCode.Unauthorized; i++) last = await CallAsync("203.0.113.7");
        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        HttpStatusCode[] others = await Task.WhenAll(Enumerable.Range(20, 10).Select(i => CallAsync($"203.0.113.{i}")));
        Assert.Equal(trusted, others.All(o => o == HttpStatusCode.Unauthorized));
    }
}
