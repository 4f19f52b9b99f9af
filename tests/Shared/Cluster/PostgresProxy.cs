using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Vgpnn.Testing.Cluster;

/// <summary>A proxy of PostgreSQL that can lose answers or block all traffic.</summary>
internal sealed class PostgresProxy(int target) : LoopbackProxy(target)
{
    private volatile TaskCompletionSource? _frozen;
    private int _commitsToLose;
    private int _lost;

    /// <summary>Number of commits that were executed and whose answers were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>A connection string through this proxy.</summary>
    public string Through(string connection) => new NpgsqlConnectionStringBuilder(connection) { Port = Port }.ConnectionString;

    /// <summary>Loses the answers of the next commits, and closes their connections.</summary>
    public void LoseCommits(int count) => Interlocked.Add(ref _commitsToLose, count);

    /// <summary>Blocks all traffic without closing connections.</summary>
    public void Freeze() => _frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Forwards traffic again.</summary>
    public void Thaw()
    {
        TaskCompletionSource? frozen = _frozen;
        _frozen = null;
        frozen?.SetResult();
    }

    protected override async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        await server.ConnectAsync(IPAddress.Loopback, Target, Over);
        bool lose = false;
        Task up = CopyAsync(client.GetStream(), server.GetStream(), content =>
        {
            if (content.Span.IndexOf("COMMIT"u8) >= 0 && Interlocked.Decrement(ref _commitsToLose) >= 0) lose = true;
            else if (Volatile.Read(ref _commitsToLose) < 0) Interlocked.Exchange(ref _commitsToLose, 0);
            return true;
        });
        Task down = CopyAsync(server.GetStream(), client.GetStream(), _ =>
        {
            if (lose) Interlocked.Increment(ref _lost);
            return !lose;
        });
        await Task.WhenAny(up, down);
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, Func<ReadOnlyMemory<byte>, bool> mayPass)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                int read = await from.ReadAsync(buffer, Over);
                if (_frozen is { } frozen) await frozen.Task.WaitAsync(Over);
                if (read == 0 || !mayPass(buffer.AsMemory(0, read))) return;
                await to.WriteAsync(buffer.AsMemory(0, read), Over);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two sides or the proxy is closed.
        }
    }
}
