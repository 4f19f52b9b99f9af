using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Vgpnn.Grains.Webhooks;
using Vgpnn.Silo.Api.Webhooks;

namespace Vgpnn.Silo.Hosting.Webhooks;

/// <summary>
/// Sends webhooks, signed as in Standard Webhooks. No redirect is followed, and of the answer only the headers are read. A receiver that fails
/// at once is tried twice more within seconds; everything slower is left to the schedule of the delivery.
/// </summary>
internal sealed class WebhookSender : IWebhookSender, IDisposable
{
    private const int MaxRetries = 2, MaxHeaderKilobytes = 16;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10), TotalTime = TimeSpan.FromSeconds(25), RetryPause = TimeSpan.FromSeconds(0.5);

    private readonly HttpClient _http;
    private readonly WebhookLimiter _limiter = new();
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddTimeout(TotalTime)
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = retry => ValueTask.FromResult(IsTransient(retry.Outcome)),
            MaxRetryAttempts = MaxRetries,
            Delay = RetryPause,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .AddTimeout(AnswerTime)
        .Build();

    /// <param name="insecure">Whether private addresses are allowed.</param>
    /// <param name="resolve">Finds the addresses of a name; <c>null</c>: the system's resolver.</param>
    public WebhookSender(bool insecure, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) =>
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            ConnectCallback = (context, cancellation) => WebhookTarget.ConnectAsync(context.DnsEndPoint, resolve ?? Dns.GetHostAddressesAsync, insecure, cancellation),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <inheritdoc/>
    public bool IsAllowed { get; init; } = true;

    public void Dispose()
    {
        _http.Dispose();
        _limiter.Dispose();
    }

    /// <summary>The signature of a message.</summary>
    public static string Sign(string secret, string id, long timestamp, string body)
    {
        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}"));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    /// <inheritdoc/>
    public async Task<WebhookOutcome> SendAsync(WebhookMessage message, CancellationToken cancellation)
    {
        var url = new Uri(message.Url);
        using IDisposable? room = await _limiter.EnterAsync(message.Tenant, url, cancellation);
        if (room is null) return new WebhookOutcome(WebhookResult.Postponed, "too many webhooks of the tenant wait for their receivers");
        try
        {
            using HttpResponseMessage response = await _pipeline.ExecuteAsync(async token => await PostAsync(url, message, token), cancellation);
            int status = (int)response.StatusCode;
            return new WebhookOutcome(
                response.IsSuccessStatusCode ? WebhookResult.Delivered : status == 410 ? WebhookResult.Refused : WebhookResult.Failed,
                $"the receiver answered {status}");
        }
        catch (HttpRequestException e) when (e.InnerException is WebhookRefusedException)
        {
            return new WebhookOutcome(WebhookResult.Refused, e.InnerException.Message);
        }
        catch (TimeoutRejectedException)
        {
            return new WebhookOutcome(WebhookResult.Failed, "the receiver did not answer in time");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new WebhookOutcome(WebhookResult.Failed, e.Message);
        }
    }

    // A receiver that says when to come back, or that does not answer in time, is not asked again at once.
    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException e } => e.InnerException is not WebhookRefusedException,
        { Result: { } response } => response.StatusCode >= HttpStatusCode.InternalServerError && response.Headers.RetryAfter is null,
        _ => false,
    };

    // Each try is a message of its own, with the time and the signature of now.
    private async Task<HttpResponseMessage> PostAsync(Uri url, WebhookMessage message, CancellationToken cancellation)
    {
        long timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(message.Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", Sign(message.Secret, message.Id, timestamp, message.Body));
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }
}
