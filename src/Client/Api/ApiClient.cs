using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Vgpnn.Client.CommandLine;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Api;

/// <summary>A client of the HTTP API.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly Uri _server;

    public ApiClient(ServerRequest server)
    {
        _server = server.Address;
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = Connecting, AllowAutoRedirect = false })
        {
            BaseAddress = server.Address,

            // Uploads and streams may take any time.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Key);
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("vgpnn", ProgramName.Version));
    }

    public void Dispose() => _http.Dispose();

    public Task<Video> UploadAsync(Stream content, string name, CancellationToken cancellation) => SendAsync<Video>(
        HttpMethod.Post, $"/v1/videos?name={Uri.EscapeDataString(name)}", new StreamContent(content, 1 << 16), cancellation);

    public Task<Video> GetVideoAsync(string video, CancellationToken cancellation) => GetAsync<Video>($"/v1/videos/{video}", cancellation);

    public Task<Request> SubmitAsync(RequestDraft draft, string idempotencyKey, CancellationToken cancellation) => SendAsync<Request>(
        HttpMethod.Post, "/v1/requests", JsonContent.Create(draft, options: ApiJson.Options), cancellation, ("Idempotency-Key", idempotencyKey));

    public Task<Request> GetRequestAsync(string request, CancellationToken cancellation) => GetAsync<Request>($"/v1/requests/{request}", cancellation);

    public Task<Page<Request>> ListRequestsAsync(int limit, CancellationToken cancellation) =>
        GetAsync<Page<Request>>($"/v1/requests?limit={limit}", cancellation);

    public Task<Request> CancelAsync(string request, CancellationToken cancellation) =>
        SendAsync<Request>(HttpMethod.Post, $"/v1/requests/{request}/cancel", null, cancellation);

    public Task<Sample> CancelSampleAsync(string request, int index, CancellationToken cancellation) =>
        SendAsync<Sample>(HttpMethod.Post, $"/v1/requests/{request}/samples/{index}/cancel", null, cancellation);

    public Task DeleteRequestAsync(string request, CancellationToken cancellation) =>
        SendAsync<object?>(HttpMethod.Delete, $"/v1/requests/{request}", null, cancellation);

    public Task<JsonElement> GetManifestAsync(string request, CancellationToken cancellation) =>
        GetAsync<JsonElement>($"/v1/requests/{request}/manifest", cancellation);

    public Task<ClusterStatus> GetClusterAsync(CancellationToken cancellation) => GetAsync<ClusterStatus>("/v1/nodes", cancellation);

    public Task<Page<Tenant>> ListTenantsAsync(CancellationToken cancellation) => GetAsync<Page<Tenant>>("/v1/tenants", cancellation);

    public Task<Tenant> CreateTenantAsync(TenantDraft draft, CancellationToken cancellation) =>
        SendAsync<Tenant>(HttpMethod.Post, "/v1/tenants", JsonContent.Create(draft, options: ApiJson.Options), cancellation);

    public Task<Tenant> SetLimitsAsync(string tenant, TenantLimits limits, CancellationToken cancellation) =>
        SendAsync<Tenant>(HttpMethod.Put, $"/v1/tenants/{tenant}/limits", JsonContent.Create(limits, options: ApiJson.Options), cancellation);

    public Task<NewKey> CreateKeyAsync(string tenant, KeyDraft draft, CancellationToken cancellation) =>
        SendAsync<NewKey>(HttpMethod.Post, $"/v1/tenants/{tenant}/keys", JsonContent.Create(draft, options: ApiJson.Options), cancellation);

    /// <summary>Lists the samples of a request that were started or will start soon.</summary>
    public async Task<IReadOnlyList<Sample>> ListSamplesAsync(string request, CancellationToken cancellation)
    {
        var samples = new List<Sample>();
        string? cursor = null;
        do
        {
            string query = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            Page<Sample> page = await GetAsync<Page<Sample>>($"/v1/requests/{request}/samples?limit=100{query}", cancellation);
            samples.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);

        return samples;
    }

    /// <summary>Downloads a resource to a file, atomically.</summary>
    public async Task DownloadAsync(string address, string path, CancellationToken cancellation)
    {
        string part = path + ".part";
        try
        {
            using HttpResponseMessage response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellation);
            await using (Stream body = await response.Content.ReadAsStreamAsync(cancellation))
            await using (var file = new FileStream(part, FileMode.Create, FileAccess.Write))
                await body.CopyToAsync(file, cancellation);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Streams the events of a request until it finishes; reconnects after connection failures.</summary>
    public async IAsyncEnumerable<SseItem<string>> EventsAsync(
        string request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? last = null;
        for (int failures = 0; ;)
        {
            var items = ReadAsync(request, last, cancellation).GetAsyncEnumerator(cancellation);
            await using (items.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await items.MoveNextAsync()) yield break;
                        failures = 0;
                    }
                    catch (Exception e) when (e is RemoteException { IsTransient: true } or IOException or HttpRequestException && ++failures <= 30)
                    {
                        break;
                    }

                    if (items.Current.EventId is { Length: > 0 } id) last = id;
                    yield return items.Current;
                }
            }

            await Task.Delay(TimeSpan.FromSeconds(Math.Min(failures, 5)), cancellation);
        }
    }

    private async IAsyncEnumerable<SseItem<string>> ReadAsync(
        string request, string? last, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, $"/v1/requests/{request}/events");
        if (last is not null) message.Headers.Add("Last-Event-ID", last);
        using HttpResponseMessage response = await SendAsync(message, cancellation);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        bool ended = false;
        await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(cancellation))
        {
            ended = item.EventType == EventNames.Request
                && JsonSerializer.Deserialize<Request>(item.Data, ApiJson.Options) is { State: WorkState.Succeeded or WorkState.Failed or WorkState.Cancelled };
            yield return item;
        }

        if (!ended) throw new IOException("the event stream ended before the request finished");
    }

    private Task<T> GetAsync<T>(string address, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Get, address, null, cancellation);

    private async Task<T> SendAsync<T>(
        HttpMethod method, string address, HttpContent? content, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        using var message = new HttpRequestMessage(method, address) { Content = content };
        foreach ((string name, string value) in headers) message.Headers.Add(name, value);
        using HttpResponseMessage response = await SendAsync(message, cancellation);
        if (response.StatusCode == HttpStatusCode.NoContent) return default!;
        try
        {
            return (await response.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancellation))!;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw NotVgpnn();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new RemoteException(
                "server-unreachable", $"cannot reach the server {_server}: {e.Message}", $"start a server with '{ProgramName.Current} serve', or use another one with --server URL");
        }

        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            throw await FailureAsync(response, cancellation);
        }
    }

    private async Task<RemoteException> FailureAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType != Problem.ContentType) return NotVgpnn();
        Problem problem;
        try
        {
            problem = (await response.Content.ReadFromJsonAsync<Problem>(ApiJson.Options, cancellation))!;
        }
        catch (JsonException)
        {
            return NotVgpnn();
        }

        string faults = string.Concat(problem.Errors?.Select(e => $"; {e.Pointer}: {e.Detail}") ?? []);
        return new RemoteException(problem.Code, problem.Detail + faults, problem.Hint)
        {
            Status = problem.Status,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private RemoteException NotVgpnn() => new("not-a-vgpnn-server", $"{_server} is not a Vgpnn server", "check the URL");
}
