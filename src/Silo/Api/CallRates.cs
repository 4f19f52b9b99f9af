using System.Threading.RateLimiting;
using Vgpnn.Grains.Keys;

namespace Vgpnn.Silo.Api;

/// <summary>Calls of each key in a minute, in this process: against programs that run wild. What costs is bounded in the state.</summary>
internal sealed class CallRates : IDisposable
{
    private const int Parts = 60;

    private readonly PartitionedRateLimiter<KeyHolder> _limiter = PartitionedRateLimiter.Create<KeyHolder, (string, int)>(
        holder => RateLimitPartition.GetTokenBucketLimiter((holder.KeyId, holder.RequestsPerMinute), key => new TokenBucketRateLimiterOptions
        {
            TokenLimit = key.Item2,
            TokensPerPeriod = Math.Max(1, key.Item2 / Parts),
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / Math.Min(Parts, key.Item2),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));

    public void Dispose() => _limiter.Dispose();

    /// <exception cref="ApiException">There were too many.</exception>
    public void Count(KeyHolder holder)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(holder);
        if (lease.IsAcquired) return;
        int wait = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after) ? (int)Math.Ceiling(after.TotalSeconds) : 1;
        throw new ApiException(429, "quota-rate", $"the key may make {holder.RequestsPerMinute} calls in a minute") { RetryAfter = Math.Max(1, wait) };
    }
}
