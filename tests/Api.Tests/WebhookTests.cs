using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Grains.Webhooks;
using Vgpnn.Silo.Api;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Hosting;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class WebhookTests(ApiServer server)
{
    [Fact]
    public async Task The_end_of_a_request_is_told_signed_and_again_until_it_was_heard()
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
    public async Task A_name_that_leads_inside_is_never_connected_to(string address)
    {
        using var sender = new WebhookSender(insecure: false, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34"), IPAddress.Parse(address)]));
        WebhookOutcome outcome = await SendAsync(sender, "https://example.com/");
        Assert.True(outcome is { Delivered: false, Final: true }, outcome.Status);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var target = new Receiver(200);
        using var receiver = new Receiver(302) { Location = target.Address };
        using var sender = new WebhookSender(insecure: true);
        WebhookOutcome outcome = await SendAsync(sender, receiver.Address);
        Assert.False(outcome.Delivered);
        Assert.Empty(target.Heard);
    }

    [Theory]
    [InlineData("http://example.com/", true)]
    [InlineData("https://127.0.0.1/", true)]
    [InlineData("https://[::1]/", true)]
    [InlineData("https://2130706433/", true)]
    [InlineData("https://user:secret@example.com/", true)]
    [InlineData("ftp://example.com/", true)]
    [InlineData("https://example.com/hook?a=b", false)]
    public void An_address_that_cannot_be_outside_is_refused_at_once(string url, bool refused)
    {
        Exception? e = Record.Exception(() => WebhookTarget.Check(url, insecure: false));
        Assert.Equal(refused, e is ApiException { Code: "webhook-refused" });
    }

    private static string Secret { get; } = "whsec_" + Convert.ToBase64String(new byte[32]);

    private static Task<WebhookOutcome> SendAsync(WebhookSender sender, string url) => sender.SendAsync("msg_1", url, "{}", Secret, CancellationToken.None);

    /// <summary>A receiver that answers with these statuses in turn, and then with the last.</summary>
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

        public string? Location { get; init; }

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
                string location = Location is null ? "" : $"Location: {Location}\r\n";
                await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        }
    }
}
