using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Vgpnn.Contracts;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>The HTTP API of a cluster, with a key, through whichever silo answers. Calls are repeated, so they have to be idempotent.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="key">The key.</param>
/// <param name="through">The silo that is called; <c>null</c>: whichever answers.</param>
internal sealed class ClusterApi(TestCluster cluster, string key, SiloProcess? through = null)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(15) };

    private int _calls;

    /// <summary>The same key for another cluster.</summary>
    public ClusterApi On(TestCluster other) => new(other, key);

    public Task<T> GetAsync<T>(string path) => SendAsync<T>(HttpMethod.Get, path);

    /// <summary>Calls until there is an answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">Bytes, or an object that is sent as JSON; <c>null</c>: none.</param>
    /// <param name="idempotencyKey">The idempotency key; <c>null</c>: none.</param>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body = null, string? idempotencyKey = null)
    {
        T result = default!;
        await cluster.UntilAsync($"{method} {path} is answered", async () =>
        {
            IReadOnlyList<SiloProcess> silos = through is null ? cluster.Servers : [through];
            if (silos.Count == 0) return false;
            try
            {
                using HttpResponseMessage response = await TryAsync(silos[_calls++ % silos.Count], method, path, body, idempotencyKey);
                if (response.IsSuccessStatusCode)
                {
                    result = (await response.Content.ReadFromJsonAsync<T>(ApiJson.Options))!;
                    return true;
                }

                Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}\n{cluster.Logs()}");
                return false;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                return false;
            }
        });
        return result;
    }

    /// <summary>The sum of a metric's values at a silo with the setting Metrics; 0 if the metric has no values.</summary>
    public static async Task<double> MetricAsync(SiloProcess silo, string name, string labels = "")
    {
        string text = await Http.GetStringAsync(new Uri($"http://127.0.0.1:{silo.Port}/metrics"));
        return text.Split('\n').Where(l => l.StartsWith(name + "{", StringComparison.Ordinal) && l.Contains(labels, StringComparison.Ordinal))
            .Sum(l => double.Parse(l[(l.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
    }

    /// <summary>Calls one silo once.</summary>
    public async Task<HttpResponseMessage> TryAsync(SiloProcess silo, HttpMethod method, string path, object? body = null, string? idempotencyKey = null)
    {
        using var message = new HttpRequestMessage(method, new Uri($"http://127.0.0.1:{silo.Port}{path}"))
        {
            Content = body switch
            {
                null => null,
                byte[] bytes => new ByteArrayContent(bytes),
                _ => JsonContent.Create(body, body.GetType(), options: ApiJson.Options),
            },
        };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null) message.Headers.Add("Idempotency-Key", idempotencyKey);
        return await Http.SendAsync(message);
    }
}
