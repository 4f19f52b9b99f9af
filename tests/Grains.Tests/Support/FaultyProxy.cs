using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>What goes wrong with one request.</summary>
internal enum HttpFault
{
    /// <summary>The service answers that it has too much to do, and does nothing.</summary>
    Unavailable,

    /// <summary>The connection is closed before the request is passed on.</summary>
    Closed,

    /// <summary>The request is done, and its answer lost.</summary>
    AnswerLost,

    /// <summary>Half of the answer comes, and then the connection is closed.</summary>
    AnswerCut,

    /// <summary>Half of the answer comes, and then nothing.</summary>
    AnswerStalls,

    /// <summary>No answer comes.</summary>
    Silent,
}

/// <summary>
/// Passes HTTP requests on to a service, one for each connection, and does to each of the next ones what it is told to.
/// </summary>
internal sealed class FaultyProxy(int target) : LoopbackProxy(target)
{
    private readonly ConcurrentQueue<HttpFault> _faults = new();
    private int _requests;

    /// <summary>Requests that came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Faults that no request has met yet.</summary>
    public int Left => _faults.Count;

    /// <summary>What happens to the requests that come next, one each.</summary>
    public void Next(params HttpFault[] faults)
    {
        foreach (HttpFault fault in faults) _faults.Enqueue(fault);
    }

    protected override async Task ServeAsync(TcpClient client)
    {
        // Closed is closed at once, with what was not read or sent thrown away.
        client.LingerState = new LingerOption(true, 0);
        NetworkStream stream = client.GetStream();
        byte[]? request = await RequestAsync(stream);
        if (request is null) return;
        Interlocked.Increment(ref _requests);
        HttpFault? fault = _faults.TryDequeue(out HttpFault next) ? next : null;
        byte[] answer = fault switch
        {
            HttpFault.Closed or HttpFault.Silent => [],
            HttpFault.Unavailable => "HTTP/1.1 503 Server Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(),
            _ => await PassAsync(request),
        };
        if (fault is null or HttpFault.Unavailable) client.LingerState = new LingerOption(false, 0);
        else if (fault is HttpFault.AnswerLost) answer = [];
        else if (fault is HttpFault.AnswerCut or HttpFault.AnswerStalls) answer = answer[..(answer.Length / 2)];
        await stream.WriteAsync(answer, Over);
        if (fault is HttpFault.Silent or HttpFault.AnswerStalls) await Task.Delay(Timeout.Infinite, Over);
        if (fault is HttpFault.AnswerCut) await DrainedAsync(client);
    }

    // What was sent may not have been read yet, and would be thrown away with the connection: half is closed first.
    private static async Task DrainedAsync(TcpClient client)
    {
        client.LingerState = new LingerOption(false, 0);
        client.Client.Shutdown(SocketShutdown.Send);
        await client.GetStream().CopyToAsync(Stream.Null);
    }

    private async Task<byte[]> PassAsync(byte[] request)
    {
        using var service = new TcpClient();
        await service.ConnectAsync(IPAddress.Loopback, Target, Over);
        NetworkStream stream = service.GetStream();
        await stream.WriteAsync(request, Over);
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Over);
        return answer.ToArray();
    }

    /// <summary>A request with its body, changed so that the connection ends with its answer; null: none comes.</summary>
    private async Task<byte[]?> RequestAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, Over) == 0) return null;
            head.Add(one[0]);
        }

        string text = Encoding.ASCII.GetString([.. head]);
        string? length = text.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[length is null ? 0 : int.Parse(length.Split(':')[1], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, Over);
        return [.. Encoding.ASCII.GetBytes(text[..^2] + "Connection: close\r\n\r\n"), .. body];
    }
}
