using System.Net;
using System.Net.Sockets;

namespace Vgpnn.Testing.Cluster;

/// <summary>A proxy between a client and a service on this machine, for tests that inject faults.</summary>
internal abstract class LoopbackProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly Task _serving;

    /// <param name="target">The service's port.</param>
    protected LoopbackProxy(int target)
    {
        Target = target;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The port that clients connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The service's port.</summary>
    protected int Target { get; }

    /// <summary>Cancelled when the proxy is closed.</summary>
    protected CancellationToken Over => _over.Token;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _serving;
        _listener.Dispose();
        _over.Dispose();
    }

    /// <summary>Serves one connection to its end; may throw if either side or the proxy is closed.</summary>
    protected abstract Task ServeAsync(TcpClient client);

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_over.Token);
                _ = Task.Run(() => ServeToItsEndAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // The proxy is closed.
        }
    }

    private async Task ServeToItsEndAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await ServeAsync(client);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One of the two sides or the proxy is closed.
            }
        }
    }
}
