using System.Net;
using System.Net.Sockets;
using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Webhooks;

/// <summary>Checks that webhooks go to public addresses, never to this network.</summary>
internal static class WebhookTarget
{
    private const int MaxLength = 2_000;

    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    /// <summary>Checks a URL, without resolving its name.</summary>
    /// <exception cref="ApiException"><c>webhook-refused</c>.</exception>
    public static void Check(string url, bool insecure)
    {
        bool good = url.Length <= MaxLength && Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.UserInfo.Length == 0
            && (address.Scheme == "https" || (insecure && address.Scheme == "http"))
            && (insecure || !IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? literal) || IsOutside(literal));
        if (!good) throw new ApiException(422, "webhook-refused", "the webhook must be a public https URL", "use a URL such as https://example.com/path");
    }

    /// <summary>Whether an address is public.</summary>
    public static bool IsOutside(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return !NotPublic.Any(n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address));
    }

    /// <summary>Connects to a name's first address after checking all of them, so that no other address than a checked one is connected to.</summary>
    /// <exception cref="WebhookRefusedException">One of them is not public.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, Func<string, CancellationToken, Task<IPAddress[]>> resolve, bool insecure, CancellationToken cancellation)
    {
        IPAddress[] addresses = await resolve(target.Host, cancellation);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        if (!insecure && !addresses.All(IsOutside)) throw new WebhookRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses[0], target.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name has an address that is not public.</summary>
internal sealed class WebhookRefusedException() : Exception("the host name has an address that is not public");
