using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains.Scheduling;

/// <summary>How often a node shows that it lives, and how long silence may last.</summary>
/// <param name="Interval">Between two signs of life.</param>
/// <param name="Threshold">Silence beyond the interval after which the others take the node for dead.</param>
public sealed record CheckIn(TimeSpan Interval, TimeSpan Threshold)
{
    /// <summary>
    /// A node that could not reach the database for this long stops its work: soon after, the others will do it.
    /// </summary>
    public TimeSpan Trust => Interval + (Threshold / 2);
}

/// <summary>
/// A node's presence in the cluster, on a thread and a connection of its own: shows that it lives, learns which of its long
/// turns are no longer its own, and stops all of them when it cannot know.
/// </summary>
public sealed partial class NodeLife : IDisposable
{
    /// <summary>How long a turn may have been cancelled, or another's, before the node knows.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly StateStore _store;
    private readonly CheckIn _checkIn;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<Activation, CancellationTokenSource> _running = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _trustedFrom;
    private volatile bool _draining;

    /// <param name="store">The state, best with connections of its own.</param>
    /// <param name="node">This node.</param>
    /// <param name="checkIn">How often.</param>
    /// <param name="log">Is told of lost and regained trust.</param>
    public NodeLife(StateStore store, NodeInfo node, CheckIn checkIn, ILogger<NodeLife> log)
    {
        _store = store;
        Node = node;
        _checkIn = checkIn;
        _log = log;
        _thread = new Thread(Live) { IsBackground = true, Name = "node life" };
    }

    /// <summary>This node.</summary>
    public NodeInfo Node { get; }

    /// <summary>Whether the node may take up work: it was heard of lately, and is not about to stop.</summary>
    public bool MayAdmit => IsTrusted && !_draining;

    /// <summary>Whether the cluster can still take this node for alive.</summary>
    public bool IsTrusted => Stopwatch.GetElapsedTime(Interlocked.Read(ref _trustedFrom)) < _checkIn.Trust;

    /// <summary>The long turns that run here.</summary>
    public IReadOnlyCollection<Activation> Running => [.. _running.Keys];

    /// <summary>Registers the node and begins to show that it lives.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        long asked = Stopwatch.GetTimestamp();
        await RegisterAsync(cancellation).ConfigureAwait(false);
        Interlocked.Exchange(ref _trustedFrom, asked);
        _thread.Start();
    }

    /// <summary>From now on no more work is taken up.</summary>
    public void Drain() => _draining = true;

    /// <summary>Takes the node out of the cluster; its work has ended.</summary>
    public async Task LeaveAsync(CancellationToken cancellation = default)
    {
        _stop.Set();
        _thread.Join();
        await _store.RunAsync(state => state.ExecuteAsync(NodeSql.Remove, new { node = Node.Id }), cancellation).ConfigureAwait(false);
    }

    /// <summary>Has a long turn's work cancelled when it is no longer this node's.</summary>
    public void Watch(Activation activation, CancellationTokenSource work) => _running[activation] = work;

    /// <summary>The long turn has ended.</summary>
    public void Forget(Activation activation) => _running.TryRemove(activation, out _);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        if (_thread.IsAlive) _thread.Join();
        _stop.Dispose();
    }

    private void Live()
    {
        bool trusted = true;
        long beaten = Stopwatch.GetTimestamp();
        while (!_stop.Wait(Glance))
        {
            bool due = Stopwatch.GetElapsedTime(beaten) >= (_checkIn.Interval / 2) - Glance;
            if (!due && (_running.IsEmpty || !trusted)) continue;
            if (due) beaten = Stopwatch.GetTimestamp();
            try
            {
                Look(due);
                if (!trusted) LogTrusted(_log);
                trusted = true;
            }
            catch (Exception e)
            {
                LogSilent(_log, e.Message);
            }

            if (IsTrusted) continue;
            if (trusted) LogUntrusted(_log, _running.Count);
            trusted = false;
            foreach (Activation activation in _running.Keys) Stop(activation);
        }
    }

    // A sign of life now and then, and in between only the question which turns are still this node's. Trust counts from when
    // the question was asked: the answer may have taken its time.
    private void Look(bool beat)
    {
        long asked = Stopwatch.GetTimestamp();
        Activation[] here = [.. _running.Keys];
        using var patience = new CancellationTokenSource(_checkIn.Threshold);
        IReadOnlyList<RunningTurn> mine = _store.RunAsync(
            async state =>
            {
                var row = new { node = Node.Id, draining = _draining };
                if (beat && await state.ExecuteAsync(NodeSql.Beat, row).ConfigureAwait(false) == 0) await RegisterAsync(state).ConfigureAwait(false);
                return await state.QueryAsync<RunningTurn>(NodeSql.Running, row).ConfigureAwait(false);
            },
            patience.Token).GetAwaiter().GetResult();
        if (beat) Interlocked.Exchange(ref _trustedFrom, asked);
        HashSet<(string, long)> held = [.. mine.Select(t => (t.Grain, t.Epoch))];
        foreach (Activation activation in here)
            if (!held.Contains((activation.Grain.ToString(), activation.Epoch))) Stop(activation);
    }

    private void Stop(Activation activation)
    {
        if (!_running.TryRemove(activation, out CancellationTokenSource? work)) return;
        LogStopped(_log, activation.Grain, activation.Epoch);
        try
        {
            work.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this very moment.
        }
    }

    private Task RegisterAsync(CancellationToken cancellation) => _store.RunAsync(RegisterAsync, cancellation);

    private Task RegisterAsync(StateTransaction state) => state.ExecuteAsync(NodeSql.Register, new
    {
        node = Node.Id,
        version = Node.Version,
        classes = string.Join(' ', Node.EngineClasses),
        slots = Node.Slots,
        memory = Node.Memory,
        deviceMemory = Node.DeviceMemory,
    });

    [LoggerMessage(101, LogLevel.Warning, "The database does not answer: {Reason}")]
    private static partial void LogSilent(ILogger log, string reason);

    [LoggerMessage(102, LogLevel.Error, "No sign of life reached the database for too long; {Count} turns are stopped, others may have taken them up")]
    private static partial void LogUntrusted(ILogger log, int count);

    [LoggerMessage(103, LogLevel.Information, "The database answers again")]
    private static partial void LogTrusted(ILogger log);

    [LoggerMessage(104, LogLevel.Information, "{Grain}, epoch {Epoch}, is no longer this node's")]
    private static partial void LogStopped(ILogger log, GrainKey grain, long epoch);

    private sealed record RunningTurn
    {
        public required string Grain { get; init; }

        public long Epoch { get; init; }
    }
}
