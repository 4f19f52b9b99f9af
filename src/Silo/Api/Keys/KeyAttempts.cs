using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Keys;

/// <summary>
/// Limits unknown keys per client address, each of which costs a read of the storage. Keys that this process has known pass even from an address
/// that is over its limit. The address is the one of the connection, or the one that a trusted proxy names.
/// </summary>
internal sealed class KeyAttempts : IDisposable
{
    private const int PerMinute = 60;

    private readonly PartitionedRateLimiter<HttpContext> _limiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        RateLimitPartition.GetTokenBucketLimiter(AddressOf(context), _ => CallBuckets.PerMinute(PerMinute)));

    public void Dispose() => _limiter.Dispose();

    /// <summary>Refuses a client that has sent too many unknown keys.</summary>
    /// <exception cref="ApiException"><c>quota-unknown-keys</c>.</exception>
    public void ThrowIfExhausted(HttpContext context)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(context, 0);
        if (!lease.IsAcquired) throw Refused(lease);
    }

    /// <summary>Counts an unknown key.</summary>
    /// <exception cref="ApiException"><c>quota-unknown-keys</c>.</exception>
    public void Count(HttpContext context)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(context);
        if (!lease.IsAcquired) throw Refused(lease);
    }

    private static ApiException Refused(RateLimitLease lease) =>
        new(429, "quota-unknown-keys", "this address has sent too many unknown keys") { RetryAfter = CallBuckets.RetryAfter(lease) };

    // A subscriber of IPv6 has a whole /64.
    private static string AddressOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPAddress([.. address.GetAddressBytes().AsSpan(0, 8), .. new byte[8]]).ToString()
            : address.ToString();
    }
}
