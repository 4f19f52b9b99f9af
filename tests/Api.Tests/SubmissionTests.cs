using System.Net;
using System.Net.Http.Json;
using System.Text;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class SubmissionTests(ApiServer server)
{
    [Fact]
    public async Task Concurrent_submissions_with_one_idempotency_key_make_one_request()
    {
        (HttpClient a, _) = await server.TenantAsync();
        (HttpClient b, _) = await server.TenantAsync();
        Video video = await ApiServer.UploadAsync(a, await Clips.SmallAsync()), others = await ApiServer.UploadAsync(b, await Clips.SmallAsync());
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SubmitAsync(a, ApiServer.Draft(video.Id, 1), "same")));
        Assert.All(answers, r => Assert.Equal(HttpStatusCode.Accepted, r.StatusCode));
        string[] ids = await Task.WhenAll(answers.Select(async r => (await r.Content.ReadFromJsonAsync<Request>(ApiJson.Options))!.Id));
        Assert.Single(ids.Distinct());
        Assert.Single((await ApiServer.GetAsync<Page<Request>>(a, "/v1/requests")).Items);
        Problem conflict = await ApiServer.ProblemAsync(await SubmitAsync(a, ApiServer.Draft(video.Id, 2), "same"));
        Assert.Equal((422, "idempotency-conflict"), (conflict.Status, conflict.Code));
        Assert.Equal(HttpStatusCode.Accepted, (await SubmitAsync(b, ApiServer.Draft(others.Id, 1), "same")).StatusCode);
    }

    [Fact]
    public async Task Repeated_submission_finds_its_request_after_its_input_was_deleted()
    {
        (HttpClient http, _) = await server.TenantAsync();
        Video video = await ApiServer.UploadAsync(http, await Clips.SmallAsync());
        using HttpResponseMessage first = await SubmitAsync(http, ApiServer.Draft(video.Id, 1, seed: null), "key");
        Request request = await server.EndedAsync(http, (await first.Content.ReadFromJsonAsync<Request>(ApiJson.Options))!);
        await http.DeleteAsync(video.Links.Self);
        using HttpResponseMessage again = await SubmitAsync(http, ApiServer.Draft(video.Id, 1, seed: null), "key");
        Assert.Equal((HttpStatusCode.Accepted, request.Id), (again.StatusCode, (await again.Content.ReadFromJsonAsync<Request>(ApiJson.Options))!.Id));
        Assert.Equal("not-found", (await ApiServer.ProblemAsync(await SubmitAsync(http, ApiServer.Draft(video.Id, 1, seed: null), "other key"))).Code);
    }

    [Fact]
    public async Task Concurrent_submissions_never_exceed_a_quota()
    {
        (HttpClient http, _) = await server.TenantAsync(new TenantLimits { MaxQueued = 10 });
        Video video = await ApiServer.UploadAsync(http, await Clips.SmallAsync());
        Request running = await ApiServer.SubmitAsync(http, ApiServer.LongDraft(video.Id, 9));
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SubmitAsync(http, ApiServer.LongDraft(video.Id, 1), null)));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Accepted));
        HttpResponseMessage refused = answers.First(a => a.StatusCode != HttpStatusCode.Accepted);
        Problem problem = await ApiServer.ProblemAsync(refused);
        Assert.Equal((429, "quota-queued"), (problem.Status, problem.Code));
        Assert.NotNull(refused.Headers.RetryAfter);
        foreach (Request request in (await ApiServer.GetAsync<Page<Request>>(http, "/v1/requests")).Items) await http.PostAsync($"{request.Links.Self}/cancel", null);
        Assert.NotNull(running);
    }

    [Theory]
    [InlineData("", 400, "bad-json")]
    [InlineData("{", 400, "bad-json")]
    [InlineData("[]", 400, "bad-json")]
    [InlineData("null", 400, null)]
    [InlineData("{}", 400, "bad-json")]
    [InlineData("{\"inputs\":null}", 400, "bad-json")]
    [InlineData("{\"inputs\":[null]}", 400, "bad-json")]
    [InlineData("{\"inputs\":[]}", 422, "inputs-missing")]
    [InlineData("{\"inputs\":[INPUT],\"extra\":1}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"samples\":0}", 422, "samples-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"samples\":-1}", 422, "samples-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"samples\":2147483648}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"samples\":1e3}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"samples\":\"3\"}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"seed\":-1}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"seed\":18446744073709551616}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"seed\":\"x\"}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"application\":\"teleport\"}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"application\":1}", 400, "bad-json")]
    [InlineData("{\"inputs\":[{\"role\":\"input\",\"video\":\"../../etc/passwd\"}]}", 404, "not-found")]
    [InlineData("{\"inputs\":[{\"role\":\"input\",\"video\":\"\\u0000\"}]}", 404, "not-found")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"noise\":1e400}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"noise\":-1}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"iterations\":101}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"scale\":{\"t\":1,\"h\":1000,\"w\":1}}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"patch\":{\"t\":0,\"h\":7,\"w\":7}}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"frameRate\":\"NaN\"}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"noise\":\"loud\"}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"iterations\":1.5}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"patch\":7}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"firstFrame\":5,\"lastFrame\":4}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"nose\":1}}", 422, "option-unknown")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"ink\":\"dark\"}}", 422, "option-not-applicable")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"noise\":1,\"noise\":2}}", 422, "option-twice")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"patch\":{\"t\":1,\"t\":2}}}", 422, "option-twice")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":[]}", 400, "bad-json")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"firstFrame\":0}}", 422, "option-out-of-range")]
    [InlineData("{\"inputs\":[INPUT],\"settings\":{\"firstFrame\":1000000}}", 422, null)]
    [InlineData("{\"inputs\":[INPUT],\"webhook\":\"file:///etc/passwd\"}", 422, "webhook-refused")]
    [InlineData("{\"inputs\":[INPUT],\"application\":\"inpainting\"}", 422, "inputs-missing")]
    public async Task Invalid_request_bodies_are_refused_with_a_code(string body, int status, string? code)
    {
        body = body.Replace("INPUT", $"{{\"role\":\"input\",\"video\":\"{server.VideoId}\"}}", StringComparison.Ordinal);
        foreach (string address in (string[])["/v1/requests", "/v1/estimates"])
        {
            if (code == "webhook-refused" && address == "/v1/estimates") continue;
            Problem problem = await ApiServer.ProblemAsync(await server.First.PostAsync(address, new StringContent(body, Encoding.UTF8, "application/json")));
            Assert.True(status == problem.Status && (code is null || problem.Code == code), $"{address} {body}: {problem}");
            string words = $"{problem.Detail} {problem.Hint} {string.Concat(problem.Errors ?? [])}".Replace("ProblemPlace", "", StringComparison.Ordinal);
            Assert.False(words.Contains("Vgpnn.", StringComparison.Ordinal) || words.Contains("System.", StringComparison.Ordinal), words);
        }
    }

    [Fact]
    public async Task All_faults_of_a_request_body_are_reported_at_once_with_JSON_pointers()
    {
        string body = $$$"""{"inputs":[{"role":"input","video":"{{{server.VideoId}}}"}],"samples":0,"settings":{"noise":-4,"minS":0,"patch":{"t":99},"nose":1}}""";
        Problem problem = await ApiServer.ProblemAsync(await server.First.PostAsync("/v1/estimates", new StringContent(body, Encoding.UTF8, "application/json")));
        Assert.Equal((422, "samples-out-of-range"), (problem.Status, problem.Code));
        Assert.Equal(
            [
                new ProblemPlace("/samples", "samples is 0, but must be an integer from 1 to 1,000,000"),
                new ProblemPlace("/settings/noise", "noise is -4, but must be a number from 0 to 1,000, or auto"),
                new ProblemPlace("/settings/minS", "minS is 0, but must be an integer from 1 to 10,000"),
                new ProblemPlace("/settings/patch/t", "patch/t is 99, but must be an integer from 1 to 15"),
                new ProblemPlace("/settings/nose", "there is no setting 'nose'"),
            ],
            problem.Errors!);
    }

    [Fact]
    public async Task Invalid_application_is_refused_with_the_allowed_names()
    {
        string body = $$$"""{"inputs":[{"role":"input","video":"{{{server.VideoId}}}"}],"application":"video"}""";
        Problem problem = await ApiServer.ProblemAsync(await server.First.PostAsync("/v1/requests", new StringContent(body, Encoding.UTF8, "application/json")));
        Assert.Equal([new ProblemPlace("/application", "must be one of: generation, retargeting, inpainting, analogy, sketch")], problem.Errors!);
    }

    [Fact]
    public async Task Returned_settings_can_be_submitted_again()
    {
        foreach (RequestApplication application in (RequestApplication[])[RequestApplication.Generation, RequestApplication.Retargeting])
        {
            Estimate first = await ApiServer.SendAsync<Estimate>(server.First, HttpMethod.Post, "/v1/estimates", ApiServer.Draft(server.VideoId) with { Application = application, Settings = null });
            Estimate again = await ApiServer.SendAsync<Estimate>(server.First, HttpMethod.Post, "/v1/estimates", ApiServer.Draft(server.VideoId) with { Application = application, Settings = first.Settings });
            Assert.Equal(first.Settings.ToJsonString(), again.Settings.ToJsonString());
        }
    }

    [Fact]
    public async Task Bodies_with_a_changed_byte_never_cause_a_server_error()
    {
        byte[] good = await JsonContent.Create(ApiServer.Draft(server.VideoId, 1), options: ApiJson.Options).ReadAsByteArrayAsync();
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
            var content = new ByteArrayContent(bad);
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage response = await server.First.PostAsync("/v1/estimates", content);
            Assert.True((int)response.StatusCode < 500, $"{response.StatusCode} for {Encoding.UTF8.GetString(bad)}");
        }
    }

    [Theory]
    [InlineData("/v1/videos?limit=0", 422)]
    [InlineData("/v1/videos?limit=101", 422)]
    [InlineData("/v1/videos?limit=x", 400)]
    [InlineData("/v1/videos?cursor=abc", 422)]
    [InlineData("/v1/videos?cursor=cmVxdWVzdHM6eA", 422)]
    [InlineData("/v1/videos/..%2f..%2fetc%2fpasswd", 404)]
    [InlineData("/v1/requests/x/samples/99999999999", 404)]
    [InlineData("/v1/requests/x/samples/-1", 404)]
    [InlineData("/v2/videos", 404)]
    public async Task Invalid_addresses_are_refused(string address, int status) =>
        Assert.Equal(status, (await ApiServer.ProblemAsync(await server.First.GetAsync(address))).Status);

    [Fact]
    public async Task Checked_in_OpenAPI_document_equals_the_served_one()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vgpnn.sln"))) root = root.Parent;
        string path = Path.Combine(root!.FullName, "docs", "openapi.json");
        string served = (await server.First.GetStringAsync("/v1/openapi.json")).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("VGPNN_WRITE_OPENAPI") is { Length: > 0 }) await File.WriteAllTextAsync(path, served);
        Assert.True(await File.ReadAllTextAsync(path) == served, "docs/openapi.json is outdated; run VGPNN_WRITE_OPENAPI=1 ./test Api to update it");
    }

    private static Task<HttpResponseMessage> SubmitAsync(HttpClient http, RequestDraft draft, string? key)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, "/v1/requests") { Content = JsonContent.Create(draft, options: ApiJson.Options) };
        if (key is not null) message.Headers.Add("Idempotency-Key", key);
        return http.SendAsync(message);
    }
}
