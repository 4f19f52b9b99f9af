using System.Net;
using System.Net.Sockets;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Browser.Tests.Support;

/// <summary>A proxy in front of the server whose connections a test can cut.</summary>
internal sealed class DroppingProxy(int target) : LoopbackProxy(target)
{
    private CancellationTokenSource _cut = new();

    /// <summary>Closes all connections, and every new one, until <see cref="Mend"/> is called.</summary>
    public Task CutAsync() => _cut.CancelAsync();

    public void Restore() => _cut = new CancellationTokenSource();

    protected override async Task ServeAsync(TcpClient client)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Over, _cut.Token);
        over.Token.ThrowIfCancellationRequested();
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, Target, over.Token);
        await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), over.Token), server.GetStream().CopyToAsync(client.GetStream(), over.Token));
    }
}
