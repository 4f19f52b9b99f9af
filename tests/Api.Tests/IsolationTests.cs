using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class IsolationTests(ApiServer server)
{
    [Fact]
    public async Task Every_route_answers_another_tenants_id_like_an_unknown_one()
    {
        (HttpClient owner, _) = await server.TenantAsync();
        Video video = await ApiServer.UploadAsync(owner, await Clips.SmallAsync());
        Request request = await server.EndedAsync(owner, await ApiServer.SubmitAsync(owner, ApiServer.Draft(video.Id, 1)));
        (HttpClient stranger, _) = await server.TenantAsync();
        string unknown = new('0', 32);
        int routes = 0;
        foreach ((string method, string path) in await RoutesAsync())
        {
            if (!path.Contains("{video}", StringComparison.Ordinal) && !path.Contains("{request}", StringComparison.Ordinal)) continue;
            routes++;
            (HttpStatusCode Status, string Body) foreign = await AskAsync(stranger, method, Fill(path, video.Id, request.Id));
            (HttpStatusCode Status, string Body) none = await AskAsync(stranger, method, Fill(path, unknown, unknown));
            Assert.True(foreign.Status == HttpStatusCode.NotFound, $"{method} {path}: {foreign}");
            Assert.True(foreign == none, $"{method} {path}: {foreign} and {none}");
        }

        Assert.True(routes >= 18, $"{routes} routes");
        foreach (string body in (string[])[$"{{\"inputs\":[{{\"role\":\"input\",\"video\":\"{video.Id}\"}}]}}", $"{{\"inputs\":[{{\"role\":\"input\",\"video\":\"{unknown}\"}}]}}"])
        {
            foreach (string address in (string[])["/v1/requests", "/v1/estimates"])
                Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync(address, new StringContent(body, System.Text.Encoding.UTF8, "application/json"))).StatusCode);
        }

        Assert.Empty((await ApiServer.GetAsync<Page<Video>>(stranger, "/v1/videos")).Items);
        Assert.Empty((await ApiServer.GetAsync<Page<Request>>(stranger, "/v1/requests")).Items);
        Assert.Equal(WorkState.Succeeded, (await ApiServer.GetAsync<Request>(owner, request.Links.Self)).State);
    }

    [Fact]
    public async Task Every_route_except_sign_in_requires_a_key_and_its_scope()
    {
        using HttpClient anonymous = server.Connect(null);
        (HttpClient reader, _) = await server.TenantAsync(null, KeyScope.Read);
        string id = new('0', 32);
        foreach ((string method, string path) in await RoutesAsync())
        {
            if (method == "post" && path == "/v1/session") continue;
            string address = Fill(path, id, id);
            Assert.True((await AskAsync(anonymous, method, address)).Status == HttpStatusCode.Unauthorized, $"{method} {path} without a key");
            bool changes = method is not "get" && path is not ("/v1/estimates" or "/v1/session");
            bool admin = path.StartsWith("/v1/tenants", StringComparison.Ordinal) || path == "/v1/nodes";
            if (changes || admin || path == "/v1/webhook-secret")
                Assert.True((await AskAsync(reader, method, address)).Status == HttpStatusCode.Forbidden, $"{method} {path} with a reader's key");
        }
    }

    private static string Fill(string path, string video, string request) => path
        .Replace("{video}", video, StringComparison.Ordinal).Replace("{request}", request, StringComparison.Ordinal)
        .Replace("{tenant}", new string('0', 32), StringComparison.Ordinal).Replace("{key}", new string('0', 12), StringComparison.Ordinal)
        .Replace("{index}", "0", StringComparison.Ordinal).Replace("{level}", "0", StringComparison.Ordinal);

    private async Task<IEnumerable<(string Method, string Path)>> RoutesAsync()
    {
        using JsonDocument document = JsonDocument.Parse(await server.First.GetStringAsync("/v1/openapi.json"));
        return [.. document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(m => (m.Name, p.Name)))];
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient http, string method, string address)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), address);
        if (method is "post" or "put") message.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.SendAsync(message);
        string body = await response.Content.ReadAsStringAsync();
        if (JsonNode.Parse(body.Length == 0 ? "{}" : body) is not JsonObject problem) return (response.StatusCode, body);
        problem.Remove("traceId");
        return (response.StatusCode, problem.ToJsonString());
    }
}
