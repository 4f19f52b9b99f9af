using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Vgpnn.Grains;
using Vgpnn.Silo.Api;

namespace Vgpnn.Silo.Hosting;

/// <summary>How a try to send something ended.</summary>
/// <param name="Heard">Whether it was heard.</param>
/// <param name="ForEver">Whether trying again is in vain.</param>
/// <param name="Why">What went wrong.</param>
internal readonly record struct SendOutcome(bool Heard, bool ForEver, string Why);

/// <summary>Sends one webhook, signed as in Standard Webhooks: no redirect is followed, and little is read of the answer.</summary>
internal sealed class WebhookSender : IDisposable
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

    public void Dispose() => _http.Dispose();

    /// <summary>The signature of a message.</summary>
    public static string Sign(string secret, string id, long timestamp, string body)
    {
        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}"));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    public async Task<SendOutcome> SendAsync(Delivery delivery, string secret, CancellationToken cancellation)
    {
        long timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var message = new HttpRequestMessage(HttpMethod.Post, delivery.Url)
        {
            Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json"),
        };
        message.Headers.Add("webhook-id", delivery.DeliveryId);
        message.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        message.Headers.Add("webhook-signature", Sign(secret, delivery.DeliveryId, timestamp, delivery.Body));
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            int status = (int)response.StatusCode;
            return new SendOutcome(response.IsSuccessStatusCode, status == 410, $"the receiver answered {status}");
        }
        catch (HttpRequestException e) when (e.InnerException is WebhookRefusedException)
        {
            return new SendOutcome(false, true, e.InnerException.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new SendOutcome(false, false, e is OperationCanceledException ? "no answer in time" : e.Message);
        }
    }
}
