using System.Collections.Concurrent;
using Vgpnn.Grains.Webhooks;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>A webhook sender whose receivers the tests define, by address.</summary>
internal sealed class FakeWebhooks : IWebhookSender
{
    public bool IsAllowed => true;

    private readonly ConcurrentDictionary<string, Func<int, Task<WebhookOutcome>>> _receivers = new();
    private readonly ConcurrentQueue<WebhookMessage> _sent = new();

    /// <summary>All attempts to an address, oldest first.</summary>
    public IReadOnlyList<WebhookMessage> To(string url) => [.. _sent.Where(s => s.Url == url)];

    /// <summary>Sets how an address answers; the argument is the number of the attempt, from 1.</summary>
    public void Receive(string url, Func<int, Task<WebhookOutcome>> receiver) => _receivers[url] = receiver;

    public Task<WebhookOutcome> SendAsync(WebhookMessage message, CancellationToken cancellation)
    {
        _sent.Enqueue(message);
        return _receivers.TryGetValue(message.Url, out var receiver)
            ? receiver(To(message.Url).Count).WaitAsync(cancellation)
            : Task.FromResult(new WebhookOutcome(WebhookResult.Delivered, "200"));
    }
}
