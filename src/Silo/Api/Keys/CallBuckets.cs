using System.Threading.RateLimiting;

namespace Vgpnn.Silo.Api.Keys;

/// <summary>Token buckets of calls per minute.</summary>
internal static class CallBuckets
{
    /// <summary>A bucket that holds the calls of a minute, and is refilled evenly.</summary>
    public static TokenBucketRateLimiterOptions PerMinute(int calls) => new()
    {
        TokenLimit = calls,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / calls,
        QueueLimit = 0,
        AutoReplenishment = true,
    };

    /// <summary>Seconds after which a refused call can be repeated.</summary>
    public static int RetryAfter(RateLimitLease lease) =>
        lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
}
