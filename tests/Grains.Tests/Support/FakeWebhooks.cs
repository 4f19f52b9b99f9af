using System.Collections.Concurrent;
using Vgpnn.Grains.Webhooks;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>A message that the fake sender was given.</summary>
internal sealed record SentWebhook(string Id, string Url, string Body, string Secret);

/// <summary>Answers deliveries as their addresses say.</summary>
internal sealed class FakeWebhooks : IWebhookSender
{
    public bool IsAllowed => true;

    private readonly ConcurrentDictionary<string, Func<int, Task<WebhookOutcome>>> _receivers = new();
    private readonly ConcurrentQueue<SentWebhook> _sent = new();

    /// <summary>All attempts to an address, oldest first.</summary>
    public IReadOnlyList<SentWebhook> To(string url) => [.. _sent.Where(s => s.Url == url)];

    /// <summary>Sets how an address answers; the argument is the number of the attempt, from 1.</summary>
    public void Receive(string url, Func<int, Task<WebhookOutcome>> receiver) => _receivers[url] = receiver;

    public Task<WebhookOutcome> SendAsync(string id, string url, string body, string secret, CancellationToken cancellation)
    {
        _sent.Enqueue(new SentWebhook(id, url, body, secret));
        return _receivers.TryGetValue(url, out var receiver) ? receiver(To(url).Count).WaitAsync(cancellation) : Task.FromResult(new WebhookOutcome(true, false, "200"));
    }
}
