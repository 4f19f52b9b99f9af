using System.Net;
using System.Net.Sockets;

namespace Vgpnn.Silo.Api;

/// <summary>Where webhooks may go: to the outside, never to this network.</summary>
internal static class WebhookTarget
{
    private const int LongestUrl = 2_000;

    private static readonly IPNetwork[] Inside =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    /// <summary>Checks an address as it is given, without asking anybody.</summary>
    /// <exception cref="ApiException">It is refused.</exception>
    public static void Check(string url, bool insecure)
    {
        bool good = url.Length <= LongestUrl && Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.UserInfo.Length == 0
            && (address.Scheme == "https" || (insecure && address.Scheme == "http"))
            && (insecure || !IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? literal) || IsOutside(literal));
        if (!good) throw new ApiException(422, "webhook-refused", "webhook is no https address of somebody outside", "https://example.com/path");
    }

    /// <summary>Whether an address belongs to somebody outside.</summary>
    public static bool IsOutside(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return !Inside.Any(n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address));
    }

    /// <summary>Connects to a name's first address, having checked all of them: what was checked is what is connected to.</summary>
    /// <exception cref="WebhookRefusedException">One of them is inside.</exception>
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

/// <summary>A name led into this network.</summary>
internal sealed class WebhookRefusedException() : Exception("the name leads to an address inside");
