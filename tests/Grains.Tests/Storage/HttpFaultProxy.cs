using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>A fault of one HTTP request.</summary>
internal enum HttpFault
{
    /// <summary>The service answers 503 and does nothing.</summary>
    Unavailable,

    /// <summary>The connection closes before the service gets the request.</summary>
    RequestLost,

    /// <summary>The service gets the request with a changed byte in its body.</summary>
    RequestDamaged,

    /// <summary>The service does what it was asked; the connection closes before the answer.</summary>
    AnswerLost,

    /// <summary>The service does what it was asked; the answer says that S3 knows no such upload, as the answer to a second try may.</summary>
    UploadForgotten,

    /// <summary>The connection closes after half of the answer.</summary>
    AnswerCut,

    /// <summary>Nothing follows the first half of the answer.</summary>
    AnswerStalls,

    /// <summary>No answer comes.</summary>
    Silent,
}

/// <summary>Forwards HTTP requests to a service, one for each connection, and applies one queued fault to each.</summary>
internal sealed class HttpFaultProxy(int target) : LoopbackProxy(target)
{
    private static readonly byte[] Forgotten =
        "HTTP/1.1 404 Not Found\r\nContent-Length: 40\r\nConnection: close\r\n\r\n<Error><Code>NoSuchUpload</Code></Error>"u8.ToArray();

    private readonly ConcurrentQueue<HttpFault> _faults = new();
    private int _requests;

    /// <summary>Number of requests received.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Number of faults that are still queued.</summary>
    public int Left => _faults.Count;

    /// <summary>The fault of all requests that come when no fault is queued; <c>null</c> means none.</summary>
    public HttpFault? Always { get; set; }

    /// <summary>Queues faults for the next requests, one each.</summary>
    public void Next(params HttpFault[] faults)
    {
        foreach (HttpFault fault in faults) _faults.Enqueue(fault);
    }

    protected override async Task ServeAsync(TcpClient client)
    {
        // By default, closing discards what was not read or sent.
        client.LingerState = new LingerOption(true, 0);
        NetworkStream stream = client.GetStream();
        (string Head, byte[] Body)? request = await RequestAsync(stream);
        if (request is not var (head, body)) return;
        Interlocked.Increment(ref _requests);
        HttpFault? fault = _faults.TryDequeue(out HttpFault next) ? next : Always;
        if (fault is HttpFault.RequestDamaged) body[^1] ^= 1;
        byte[] answer = fault switch
        {
            HttpFault.RequestLost or HttpFault.Silent => [],
            HttpFault.Unavailable => "HTTP/1.1 503 Server Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(),
            _ => await ForwardAsync([.. Encoding.ASCII.GetBytes(head), .. body]),
        };
        if (fault is HttpFault.UploadForgotten) answer = Forgotten;
        if (fault is null or HttpFault.Unavailable or HttpFault.RequestDamaged or HttpFault.UploadForgotten) client.LingerState = new LingerOption(false, 0);
        else if (fault is HttpFault.AnswerLost) answer = [];
        else if (fault is HttpFault.AnswerCut or HttpFault.AnswerStalls) answer = answer[..(answer.Length / 2)];
        await stream.WriteAsync(answer, Over);
        if (fault is HttpFault.Silent or HttpFault.AnswerStalls) await Task.Delay(Timeout.Infinite, Over);
        if (fault is HttpFault.AnswerCut) await DrainAsync(client);
    }

    // Closing the whole connection would discard the half that the client has not read yet.
    private static async Task DrainAsync(TcpClient client)
    {
        client.LingerState = new LingerOption(false, 0);
        client.Client.Shutdown(SocketShutdown.Send);
        await client.GetStream().CopyToAsync(Stream.Null);
    }

    private async Task<byte[]> ForwardAsync(byte[] request)
    {
        using var service = new TcpClient();
        await service.ConnectAsync(IPAddress.Loopback, Target, Over);
        NetworkStream stream = service.GetStream();
        await stream.WriteAsync(request, Over);
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Over);
        return answer.ToArray();
    }

    /// <summary>Reads a request and asks for the connection to be closed after the answer; <c>null</c> if the client sends none.</summary>
    private async Task<(string Head, byte[] Body)?> RequestAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, Over) == 0) return null;
            head.Add(one[0]);
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] kept = [.. lines.Where(l => !l.StartsWith("Expect:", StringComparison.OrdinalIgnoreCase))];
        if (kept.Length < lines.Length) await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), Over);
        string? length = lines.FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[length is null ? 0 : int.Parse(length.Split(':')[1], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, Over);
        return (string.Join("\r\n", kept) + "\r\nConnection: close\r\n\r\n", body);
    }
}
