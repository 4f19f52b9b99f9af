using System.Net;
using System.Net.Sockets;

namespace Vgpnn.Testing.Cluster;

/// <summary>A proxy that a test can close: connections break, and new ones are closed at once.</summary>
/// <param name="target">The service's port.</param>
internal sealed class GateProxy(int target) : LoopbackProxy(target)
{
    private volatile CancellationTokenSource _open = new();

    /// <summary>Breaks all connections, and refuses new ones.</summary>
    public void Close() => _open.Cancel();

    /// <summary>Accepts connections again.</summary>
    public void Open() => _open = new CancellationTokenSource();

    protected override async Task ServeAsync(TcpClient client)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_open.Token, Over);
        end.Token.ThrowIfCancellationRequested();
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        await server.ConnectAsync(IPAddress.Loopback, Target, end.Token);
        NetworkStream near = client.GetStream(), far = server.GetStream();
        await await Task.WhenAny(near.CopyToAsync(far, end.Token), far.CopyToAsync(near, end.Token));
    }
}
