using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Grains.Webhooks;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Webhooks;
using Vgpnn.Silo.Hosting.Webhooks;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class WebhookTests(ApiServer server)
{
    [Fact]
    public async Task Webhook_of_a_finished_request_is_signed_and_retried_until_accepted()
    {
        using var receiver = new Receiver(500, 200);
        (HttpClient http, _) = await server.TenantAsync();
        string secret = (await ApiServer.GetAsync<WebhookSecret>(http, "/v1/webhook-secret")).Secret;
        Video video = await ApiServer.UploadAsync(http, await Clips.SmallAsync());
        Request request = await ApiServer.SubmitAsync(http, ApiServer.Draft(video.Id, 1) with { Webhook = receiver.Address });
        await Until.HoldsAsync("it was heard twice", () => Task.FromResult(receiver.Heard.Count >= 2));
        (string Id, string Timestamp, string Signature, string Body)[] heard = [.. receiver.Heard];
        Assert.Equal(heard[0].Id, heard[1].Id);
        Assert.All(heard, h => Assert.Equal(h.Signature, WebhookSender.Sign(secret, h.Id, long.Parse(h.Timestamp, System.Globalization.CultureInfo.InvariantCulture), h.Body)));
        Assert.Contains($"\"request\":\"{request.Id}\"", heard[0].Body, StringComparison.Ordinal);
        Assert.Contains("\"succeeded\":1", heard[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    public async Task Host_name_that_resolves_to_a_private_address_is_never_connected_to(string address)
    {
        using var sender = new WebhookSender(insecure: false, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34"), IPAddress.Parse(address)]));
        WebhookOutcome outcome = await SendAsync(sender, "https://example.com/");
        Assert.True(outcome.Result == WebhookResult.Refused, outcome.Status);
    }

    [Fact]
    public async Task Webhook_redirect_is_not_followed()
    {
        using var target = new Receiver(200);
        using var receiver = new Receiver(302) { Header = $"Location: {target.Address}" };
        using var sender = new WebhookSender(insecure: true);
        WebhookOutcome outcome = await SendAsync(sender, receiver.Address);
        Assert.Equal(WebhookResult.Failed, outcome.Result);
        Assert.Empty(target.Heard);
    }

    [Fact]
    public async Task Sender_retries_at_once_after_503_with_a_fresh_signature()
    {
        using var receiver = new Receiver(503, 200);
        using var sender = new WebhookSender(insecure: true);
        Assert.Equal(WebhookResult.Delivered, (await SendAsync(sender, receiver.Address)).Result);
        Assert.Equal(2, receiver.Heard.Count);
        Assert.All(receiver.Heard, h => Assert.Equal(
            h.Signature, WebhookSender.Sign(Secret, h.Id, long.Parse(h.Timestamp, System.Globalization.CultureInfo.InvariantCulture), h.Body)));
    }

    [Theory]
    [InlineData(404, null, 1)]
    [InlineData(410, null, 1)]
    [InlineData(503, "Retry-After: 3600", 1)]
    [InlineData(500, null, 3)]
    public async Task Sender_leaves_other_failures_to_the_schedule(int status, string? header, int tries)
    {
        using var receiver = new Receiver(status) { Header = header };
        using var sender = new WebhookSender(insecure: true);
        Assert.Equal(status == 410 ? WebhookResult.Refused : WebhookResult.Failed, (await SendAsync(sender, receiver.Address)).Result);
        Assert.Equal(tries, receiver.Heard.Count);
    }

    /// <summary>Receivers that accept connections and never answer, with more webhooks of one tenant than may be sent or may wait.</summary>
    [Fact]
    public async Task Receivers_that_never_answer_delay_no_other_tenant_and_no_other_receiver()
    {
        using var receiver = new Receiver(200);
        using var sender = new WebhookSender(insecure: true);
        using var stop = new CancellationTokenSource();
        TcpListener[] silent = [.. Enumerable.Range(0, 4).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in silent) listener.Start();
        Task<WebhookOutcome>[] stuck =
            [.. Enumerable.Range(0, 1200).Select(i => SendAsync(sender, $"http://{silent[i % silent.Length].LocalEndpoint}/", "hostile", stop.Token))];
        Assert.Equal(WebhookResult.Delivered, (await SendAsync(sender, receiver.Address, "other", stop.Token)).Result);
        Assert.Equal(WebhookResult.Delivered, (await SendAsync(sender, receiver.Address, "hostile", stop.Token)).Result);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(stuck));
        foreach (TcpListener listener in silent) listener.Dispose();

        // None had timed out before; some had found no room even to wait.
        Assert.All(stuck, s => Assert.True(s.IsCanceled || s.Result.Result == WebhookResult.Postponed));
        Assert.Contains(stuck, s => s.IsCanceled);
        Assert.Contains(stuck, s => s.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("http://example.com/", true)]
    [InlineData("https://127.0.0.1/", true)]
    [InlineData("https://[::1]/", true)]
    [InlineData("https://2130706433/", true)]
    [InlineData("https://user:secret@example.com/", true)]
    [InlineData("ftp://example.com/", true)]
    [InlineData("https://example.com/hook?a=b", false)]
    public void Webhook_URL_that_is_not_public_https_is_refused_at_submission(string url, bool refused)
    {
        Exception? e = Record.Exception(() => WebhookTarget.Check(url, insecure: false));
        Assert.Equal(refused, e is ApiException { Code: "webhook-refused" });
    }

    private static string Secret { get; } = "whsec_" + Convert.ToBase64String(new byte[32]);

    private static Task<WebhookOutcome> SendAsync(WebhookSender sender, string url, string tenant = "t1", CancellationToken cancellation = default) =>
        sender.SendAsync(new WebhookMessage(tenant, "msg_1", url, "{}", Secret), cancellation);

    /// <summary>A receiver that answers with these statuses one after another, and repeats the last.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly int[] _statuses;

        public Receiver(params int[] status)
        {
            _statuses = status;
            _listener.Start();
            _ = Task.Run(AcceptAsync);
        }

        public ConcurrentQueue<(string Id, string Timestamp, string Signature, string Body)> Heard { get; } = new();

        /// <summary>An additional header line of the responses.</summary>
        public string? Header { get; init; }

        public string Address => $"http://{_listener.LocalEndpoint}/hook";

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream());
                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                await reader.ReadLineAsync();
                while (await reader.ReadLineAsync() is { Length: > 0 } line) headers[line.Split(": ")[0]] = line.Split(": ", 2)[1];
                var body = new char[int.Parse(headers["Content-Length"], System.Globalization.CultureInfo.InvariantCulture)];
                await reader.ReadBlockAsync(body);
                int status = _statuses[Math.Min(Heard.Count, _statuses.Length - 1)];
                Heard.Enqueue((headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], new string(body)));
                string header = Header is null ? "" : $"{Header}\r\n";
                await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        }
    }
}
