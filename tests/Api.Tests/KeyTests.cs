using System.Net;
using System.Net.Http.Json;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class KeyTests(ApiServer server)
{
    [Fact]
    public async Task Invalid_keys_are_refused_and_not_logged()
    {
        string good = server.FirstKey;
        string mistyped = good[..^1] + (good[^1] == 'a' ? 'b' : 'a');
        string other = (await ApiServer.SendAsync<NewKey>(
            server.First, HttpMethod.Post, $"/v1/tenants/{await TenantAsync()}/keys", new KeyDraft([KeyScope.Read]))).Key;
        string mixed = $"{good[..22]}{other[22..]}";
        foreach ((string? key, string code) in new[] { (null, "key-missing"), ("", "key-missing"), ("hello", "key-malformed"), (mistyped, "key-malformed"), (mixed, "key-malformed") })
        {
            using HttpClient http = server.Connect(null);
            if (key is not null) http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {key}");
            using HttpResponseMessage response = await http.GetAsync("/v1/limits");
            Problem problem = await ApiServer.ProblemAsync(response);
            Assert.Equal((401, "Bearer"), (problem.Status, response.Headers.WwwAuthenticate.Single().Scheme));
            Assert.True(problem.Code == code || key == "", $"{key}: {problem.Code}");
        }

        Assert.DoesNotContain(good[22..], server.Log[(server.Log.IndexOf("Ctrl-C stops", StringComparison.Ordinal) + 1)..], StringComparison.Ordinal);
        Assert.DoesNotContain(other[22..], server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoked_key_is_refused_and_a_third_active_key_is_not_created()
    {
        string tenant = await TenantAsync();
        NewKey one = await KeyAsync(tenant), two = await KeyAsync(tenant);
        using HttpResponseMessage third = await server.First.PostAsJsonAsync($"/v1/tenants/{tenant}/keys", new KeyDraft([KeyScope.Read]), ApiJson.Options);
        Assert.Equal("quota-keys", (await ApiServer.ProblemAsync(third)).Code);
        using HttpClient http = server.Connect(one.Key);
        Assert.True((await http.GetAsync("/v1/limits")).IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await server.First.DeleteAsync($"/v1/tenants/{tenant}/keys/{one.Description.Id}")).StatusCode);
        Assert.Equal("key-unknown", (await ApiServer.ProblemAsync(await http.GetAsync("/v1/limits"))).Code);
        Assert.True((await server.Connect(two.Key).GetAsync("/v1/limits")).IsSuccessStatusCode);
        await KeyAsync(tenant);
    }

    [Fact]
    public async Task Browser_session_cannot_be_used_by_scripts_or_other_sites()
    {
        using HttpClient http = server.Connect(null);
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/v1/session") { Content = JsonContent.Create(new SessionDraft(server.FirstKey), options: ApiJson.Options) };
        Assert.Equal("page-header-missing", (await ApiServer.ProblemAsync(await http.SendAsync(foreign))).Code);
        using var own = new HttpRequestMessage(HttpMethod.Post, "/v1/session") { Content = JsonContent.Create(new SessionDraft(server.FirstKey), options: ApiJson.Options) };
        own.Headers.Add("X-Vgpnn-Page", "1");
        using HttpResponseMessage begun = await http.SendAsync(own);
        string cookie = begun.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        // Another server on another port of the same host must not end this one's sessions.
        Assert.StartsWith($"vgpnn-session-{server.Port}=", cookie, StringComparison.Ordinal);
        http.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);

        Assert.Equal("default", (await ApiServer.GetAsync<Session>(http, "/v1/session")).Tenant);
        Assert.Equal("page-header-missing", (await ApiServer.ProblemAsync(await http.DeleteAsync($"/v1/videos/{new string('0', 32)}"))).Code);
        http.DefaultRequestHeaders.Add("X-Vgpnn-Page", "1");
        using (var crossSite = new HttpRequestMessage(HttpMethod.Delete, $"/v1/videos/{new string('0', 32)}"))
        {
            crossSite.Headers.Add("Sec-Fetch-Site", "cross-site");
            Assert.Equal("page-header-missing", (await ApiServer.ProblemAsync(await http.SendAsync(crossSite))).Code);
        }

        Assert.Equal("not-found", (await ApiServer.ProblemAsync(await http.DeleteAsync($"/v1/videos/{new string('0', 32)}"))).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync("/v1/session")).StatusCode);
        Assert.Equal("key-unknown", (await ApiServer.ProblemAsync(await http.GetAsync("/v1/session"))).Code);
    }

    [Fact]
    public async Task Content_security_policy_allows_only_the_servers_own_files()
    {
        using HttpClient http = server.Connect(null);
        foreach (string address in (string[])["/", "/v1/limits", "/nowhere", "/robots.txt"])
        {
            using HttpResponseMessage response = await http.GetAsync(address);
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public async Task Key_over_its_rate_limit_gets_a_retry_time()
    {
        (HttpClient http, _) = await server.TenantAsync(new TenantLimits { RequestsPerMinute = 5 });
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => http.GetAsync("/v1/limits")));
        Assert.InRange(answers.Count(a => a.IsSuccessStatusCode), 5, 6);
        HttpResponseMessage refused = answers.First(a => !a.IsSuccessStatusCode);
        Assert.Equal("quota-rate", (await ApiServer.ProblemAsync(refused)).Code);
        Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
    }

    private async Task<string> TenantAsync() => (await server.TenantAsync()).Tenant is var tenant && await RevokeAllAsync(tenant) ? tenant : "";

    private async Task<bool> RevokeAllAsync(string tenant)
    {
        foreach (ApiKey key in (await ApiServer.GetAsync<Page<ApiKey>>(server.First, $"/v1/tenants/{tenant}/keys")).Items)
            await server.First.DeleteAsync($"/v1/tenants/{tenant}/keys/{key.Id}");
        return true;
    }

    private Task<NewKey> KeyAsync(string tenant) =>
        ApiServer.SendAsync<NewKey>(server.First, HttpMethod.Post, $"/v1/tenants/{tenant}/keys", new KeyDraft([KeyScope.Read, KeyScope.Write]));
}
