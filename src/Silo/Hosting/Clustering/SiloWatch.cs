using System.Net.Sockets;
using Orleans.Runtime;

namespace Vgpnn.Silo.Hosting.Clustering;

/// <summary>
/// Notices within about a second that another silo's process is gone, where Orleans' probes take some five. It connects to the
/// silo's port from time to time: a refused connection comes from a machine that is there and a process that is not, which no
/// load and no pause can fake. A silo that is only slow or unreachable is left to the probes.
/// </summary>
internal sealed partial class SiloWatch(IClusterMembershipService membership, ILocalSiloDetails self, ILogger<SiloWatch> log) : BackgroundService
{
    /// <summary>How many other silos each silo watches: a constant, so that the cost per silo does not grow with the cluster.</summary>
    private const int Watched = 3;

    /// <summary>Consecutive refusals after which a silo is gone.</summary>
    private const int Refusals = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400), ConnectTime = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<SiloAddress, int> _refused = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        SiloAddress[] neighbours = [.. Neighbours()];
        foreach (SiloAddress gone in _refused.Keys.Except(neighbours).ToArray()) _refused.Remove(gone);
        bool[] refused = await Task.WhenAll(neighbours.Select(silo => IsRefusedAsync(silo, cancellation)));
        for (int i = 0; i < neighbours.Length; i++)
        {
            SiloAddress silo = neighbours[i];
            int count = refused[i] ? _refused.GetValueOrDefault(silo) + 1 : 0;
            _refused[silo] = count;
            if (count < Refusals) continue;
            LogGone(log, silo);
            _refused.Remove(silo);
            try
            {
                await membership.TryKill(silo).WaitAsync(cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, silo, e.Message);
            }
        }
    }

    /// <summary>The active silos that follow this one in the order of their addresses.</summary>
    private IEnumerable<SiloAddress> Neighbours()
    {
        List<SiloAddress> active = [.. membership.CurrentSnapshot.Members.Values
            .Where(m => m.Status == SiloStatus.Active).Select(m => m.SiloAddress).Order()];
        int own = active.IndexOf(self.SiloAddress);
        return own < 0 ? [] : active.Skip(own + 1).Concat(active.Take(own)).Take(Watched);
    }

    private static async Task<bool> IsRefusedAsync(SiloAddress silo, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ConnectTime);
        using var socket = new Socket(silo.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(silo.Endpoint, limit.Token);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    [LoggerMessage(421, LogLevel.Warning, "The process of silo {Silo} is gone; it is declared dead")]
    private static partial void LogGone(ILogger log, SiloAddress silo);

    [LoggerMessage(422, LogLevel.Warning, "Silo {Silo} could not be declared dead: {Reason}")]
    private static partial void LogFailed(ILogger log, SiloAddress silo, string reason);
}
