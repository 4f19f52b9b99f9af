using System.Net;
using System.Net.Http.Json;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Grains.Keys;

namespace Vgpnn.Api.Tests;

/// <summary>Limits of calls, per key and per client address.</summary>
[Collection(ServerGroup.Name)]
public sealed class RateTests(ApiServer server)
{
    private const int PerAddress = 60;

    [Fact]
    public async Task Unknown_keys_of_one_address_are_refused_before_lookup()
    {
        using HttpClient known = server.ConnectFrom("127.0.0.21", server.FirstKey);
        Assert.True((await known.GetAsync("/v1/limits")).IsSuccessStatusCode);
        List<HttpResponseMessage> answers = await UnknownAsync("127.0.0.21", 3 * PerAddress);
        Assert.InRange(answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized), PerAddress, 2 * PerAddress);
        HttpResponseMessage refused = answers.Last(a => a.StatusCode != HttpStatusCode.Unauthorized);
        Assert.Equal("quota-unknown-keys", (await ApiServer.ProblemAsync(refused)).Code);
        Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));

        // A valid key at this address, and other addresses, are not affected.
        Assert.True((await known.GetAsync("/v1/limits")).IsSuccessStatusCode);
        Assert.Equal("key-unknown", (await ApiServer.ProblemAsync((await UnknownAsync("127.0.0.22", 1))[0])).Code);
    }

    [Fact]
    public async Task Unknown_keys_are_counted_when_sessions_begin()
    {
        using HttpClient http = server.ConnectFrom("127.0.0.23");
        HttpStatusCode[] found = [.. await Task.WhenAll(Enumerable.Range(0, 3 * PerAddress).Select(async _ => (await BeginAsync(http, KeyText.New(KeyText.Key).ToString())).StatusCode))];
        Assert.Contains(HttpStatusCode.Unauthorized, found);
        Assert.Contains(HttpStatusCode.TooManyRequests, found);
    }

    [Fact]
    public async Task Sessions_share_the_rate_of_their_key()
    {
        const int Rate = 20;
        (HttpClient keyed, _) = await server.TenantAsync(new TenantLimits { RequestsPerMinute = Rate });
        string key = keyed.DefaultRequestHeaders.Authorization!.Parameter!;
        using HttpClient http = server.Connect(null);
        string[] cookies = [.. await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => (await BeginAsync(http, key)).Headers.GetValues("Set-Cookie").Single().Split(';')[0]))];
        int good = 0;
        for (int i = 0; i < 3 * Rate; i++)
        {
            using var call = new HttpRequestMessage(HttpMethod.Get, "/v1/session");
            call.Headers.Add("Cookie", cookies[i % 2]);
            using HttpResponseMessage answer = await http.SendAsync(call);
            if (answer.IsSuccessStatusCode) good++;
            else Assert.Equal("quota-rate", (await ApiServer.ProblemAsync(answer)).Code);
        }

        Assert.InRange(good, Rate - 2, (2 * Rate) - 2);
        // A few calls may succeed meanwhile, one every three seconds.
        Assert.Contains(await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => keyed.GetAsync("/v1/limits"))), a => a.StatusCode == HttpStatusCode.TooManyRequests);
        HttpResponseMessage[] begun = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => BeginAsync(http, key)));
        Assert.Equal("quota-rate", (await ApiServer.ProblemAsync(begun.First(b => !b.IsSuccessStatusCode))).Code);
    }

    [Fact]
    public async Task Calls_without_the_scope_are_counted()
    {
        (HttpClient http, _) = await server.TenantAsync(new TenantLimits { RequestsPerMinute = 5 }, KeyScope.Read);
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => http.GetAsync("/v1/tenants")));
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.Forbidden);
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.TooManyRequests);
    }

    private static async Task<HttpResponseMessage> BeginAsync(HttpClient http, string key)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/session") { Content = JsonContent.Create(new SessionDraft(key), options: ApiJson.Options) };
        message.Headers.Add("X-Vgpnn-Page", "1");
        return await http.SendAsync(message);
    }

    private async Task<List<HttpResponseMessage>> UnknownAsync(string address, int count)
    {
        var answers = new List<HttpResponseMessage>();
        for (int i = 0; i < count; i++)
        {
            using HttpClient http = server.ConnectFrom(address, KeyText.New(KeyText.Key).ToString());
            answers.Add(await http.GetAsync("/v1/limits"));
        }

        return answers;
    }
}
