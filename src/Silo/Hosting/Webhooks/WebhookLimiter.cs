using System.Threading.RateLimiting;

namespace Vgpnn.Silo.Hosting.Webhooks;

/// <summary>
/// Limits the webhooks that are sent at the same time, per tenant and per tenant and receiver, so that receivers that do not answer occupy no more
/// than their own tenant's share. No limit is shared by tenants: one tenant's webhooks never wait for another's, even if both use the same receiver.
/// </summary>
internal sealed class WebhookLimiter : IDisposable
{
    /// <summary>Webhooks of a tenant at once.</summary>
    public const int PerTenant = 32;

    /// <summary>Webhooks of a tenant at once to one host and port.</summary>
    public const int PerReceiver = 4;

    private const int MaxWaiting = 256;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    // The receiver's limit first: what waits for a slow receiver takes no room from the tenant's other receivers.
    private readonly PartitionedRateLimiter<(string Tenant, string Receiver)> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<(string Tenant, string Receiver), (string, string)>(key => RateLimitPartition.GetConcurrencyLimiter(key, _ => Options(PerReceiver))),
        PartitionedRateLimiter.Create<(string Tenant, string Receiver), string>(key => RateLimitPartition.GetConcurrencyLimiter(key.Tenant, _ => Options(PerTenant))));

    public void Dispose() => _limiter.Dispose();

    /// <summary>Waits for room for one webhook, at most ten seconds.</summary>
    /// <returns>What frees the room when it is disposed; <c>null</c>: there is no room.</returns>
    public async Task<IDisposable?> EnterAsync(string tenant, Uri url, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(MaxWait);
        try
        {
            RateLimitLease lease = await _limiter.AcquireAsync((tenant, url.Authority), cancellationToken: limit.Token);
            if (lease.IsAcquired) return lease;
            lease.Dispose();
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static ConcurrencyLimiterOptions Options(int permits) =>
        new() { PermitLimit = permits, QueueLimit = MaxWaiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };
}
