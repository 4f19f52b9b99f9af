using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Keys;

namespace Vgpnn.Silo.Api.Sessions;

/// <summary>Limits the calls of each key and of its sessions per minute in this process, against runaway programs; what is costly has quotas.</summary>
internal static class CallRates
{
    /// <summary>Adds the limiter of ASP.NET Core, which counts a call for the key of its caller. Calls without a key are not counted.</summary>
    public static void AddCallRates(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, (string, int)>(context => context.FindCaller() is { Holder: var holder }
            ? RateLimitPartition.GetTokenBucketLimiter((holder.KeyId, holder.RequestsPerMinute), key => CallBuckets.PerMinute(key.Item2))
            : RateLimitPartition.GetNoLimiter(("", 0)));
        options.OnRejected = (rejected, _) => throw Refused(rejected.Lease, rejected.HttpContext.Caller().Holder);
    });

    /// <summary>Counts the beginning of a session, whose key is known only to the endpoint.</summary>
    /// <exception cref="ApiException"><c>quota-rate</c>.</exception>
    public static void CountSession(HttpContext context, KeyHolder holder)
    {
        context.SetCaller(new Caller(holder, null));
        using RateLimitLease lease = context.RequestServices.GetRequiredService<IOptions<RateLimiterOptions>>().Value.GlobalLimiter!.AttemptAcquire(context);
        if (!lease.IsAcquired) throw Refused(lease, holder);
    }

    private static ApiException Refused(RateLimitLease lease, KeyHolder holder) =>
        new(429, "quota-rate", $"the key may make {holder.RequestsPerMinute} calls per minute") { RetryAfter = CallBuckets.RetryAfter(lease) };
}
