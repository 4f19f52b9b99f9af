using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Vgpnn.Grains.Webhooks;
using Vgpnn.Silo.Api;

namespace Vgpnn.Silo.Hosting;

/// <summary>Sends webhooks, signed as in Standard Webhooks: no redirect is followed, and little is read of the answer.</summary>
internal sealed class WebhookSender : IWebhookSender, IDisposable
{
    private const int LargestAnswer = 64 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    /// <param name="insecure">Whether it may go inside.</param>
    /// <param name="resolve">Finds the addresses of a name; null: the system's way.</param>
    public WebhookSender(bool insecure, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) =>
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = (context, cancellation) => WebhookTarget.ConnectAsync(context.DnsEndPoint, resolve ?? Dns.GetHostAddressesAsync, insecure, cancellation),
        })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = LargestAnswer,
        };

    /// <inheritdoc/>
    public bool IsAllowed { get; init; } = true;

    public void Dispose() => _http.Dispose();

    /// <summary>The signature of a message.</summary>
    public static string Sign(string secret, string id, long timestamp, string body)
    {
        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}"));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    /// <inheritdoc/>
    public async Task<WebhookOutcome> SendAsync(string id, string url, string body, string secret, CancellationToken cancellation)
    {
        long timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var message = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        message.Headers.Add("webhook-id", id);
        message.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        message.Headers.Add("webhook-signature", Sign(secret, id, timestamp, body));
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            int status = (int)response.StatusCode;
            return new WebhookOutcome(response.IsSuccessStatusCode, status == 410, $"the receiver answered {status}");
        }
        catch (HttpRequestException e) when (e.InnerException is WebhookRefusedException)
        {
            return new WebhookOutcome(false, true, e.InnerException.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new WebhookOutcome(false, false, e is OperationCanceledException ? "no answer in time" : e.Message);
        }
    }
}
