using System.Threading.RateLimiting;
using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Sessions;

/// <summary>Limits the calls of each key per minute in this process, against runaway programs; what is costly has quotas.</summary>
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

    /// <summary>Counts a call.</summary>
    /// <exception cref="ApiException"><c>quota-rate</c>.</exception>
    public void Count(KeyHolder holder)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(holder);
        if (lease.IsAcquired) return;
        int wait = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after) ? (int)Math.Ceiling(after.TotalSeconds) : 1;
        throw new ApiException(429, "quota-rate", $"the key may make {holder.RequestsPerMinute} calls per minute") { RetryAfter = Math.Max(1, wait) };
    }
}
