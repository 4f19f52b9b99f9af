namespace Vgpnn.Grains.Webhooks;

/// <summary>Sends webhooks; the only part that reaches out of the cluster.</summary>
public interface IWebhookSender
{
    /// <summary>Whether this silo may reach outside.</summary>
    bool IsAllowed { get; }

    /// <summary>Sends one message, within 35 seconds.</summary>
    Task<WebhookOutcome> SendAsync(WebhookMessage message, CancellationToken cancellation);
}

/// <summary>A message to a receiver.</summary>
/// <param name="Tenant">The tenant's id; it is not sent.</param>
/// <param name="Id">The delivery's id, the same in every attempt.</param>
/// <param name="Url">The receiver's address.</param>
/// <param name="Body">JSON.</param>
/// <param name="Secret">The tenant's secret for signatures.</param>
public sealed record WebhookMessage(string Tenant, string Id, string Url, string Body, string Secret);

/// <summary>The result of an attempt to deliver a webhook.</summary>
public enum WebhookResult
{
    /// <summary>The receiver has accepted the message.</summary>
    Delivered,

    /// <summary>The attempt failed; a later one may succeed.</summary>
    Failed,

    /// <summary>The receiver wants no more webhooks, or may not be connected to.</summary>
    Refused,

    /// <summary>There was no room for an attempt; it does not count.</summary>
    Postponed,
}

/// <summary>The result of an attempt, and its reason for the log.</summary>
public readonly record struct WebhookOutcome(WebhookResult Result, string Status);
