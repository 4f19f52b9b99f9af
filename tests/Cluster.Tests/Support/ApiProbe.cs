using System.Collections.Concurrent;
using System.Net;
using Vgpnn.Contracts;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>
/// Clients that call every silo again and again while something is away. Each of their calls has to be answered in time, by success or by
/// 503 with Retry-After.
/// </summary>
internal sealed class ApiProbe : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly TestCluster _cluster;
    private readonly Task _calls;
    private int _refused;

    /// <summary>Begins to call.</summary>
    /// <param name="cluster">The silos.</param>
    /// <param name="call">A call of a silo; its number counts from 0.</param>
    public ApiProbe(TestCluster cluster, Func<SiloProcess, int, Task<HttpResponseMessage>> call)
    {
        _cluster = cluster;
        _calls = Task.WhenAll(cluster.Servers.Select(s => Task.Run(() => CallAsync(s, call))));
    }

    /// <summary>Number of calls that were answered by 503.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Stops calling, and asserts that every answer was right.</summary>
    public async Task EndAsync()
    {
        await DisposeAsync();
        Assert.True(_wrong.IsEmpty, $"{string.Join('\n', _wrong)}\n{_cluster.Logs()}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _calls;
    }

    private async Task CallAsync(SiloProcess silo, Func<SiloProcess, int, Task<HttpResponseMessage>> call)
    {
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            try
            {
                using HttpResponseMessage response = await call(silo, i);
                if (response is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter: not null }
                    && response.Content.Headers.ContentType?.MediaType == Problem.ContentType)
                    Interlocked.Increment(ref _refused);
                else if (!response.IsSuccessStatusCode)
                    _wrong.Enqueue($"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                _wrong.Enqueue($"call {i}: {e.Message}");
            }

            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
