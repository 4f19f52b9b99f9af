using System.Diagnostics;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains;

/// <summary>The nodes of the cluster, and the clock that they share.</summary>
public static class NodeRegistry
{
    /// <summary>Nodes that are in the state; those that have been silent for long are dead, and not yet removed.</summary>
    public static Task<IReadOnlyList<NodeStatus>> ListAsync(StateStore store, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.RunAsync(state => state.QueryAsync<NodeStatus>(NodeSql.All), cancellation);
    }

    /// <summary>What failed last, of all tenants, the newest first.</summary>
    public static Task<IReadOnlyList<FailureStatus>> FailuresAsync(StateStore store, int limit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.RunAsync(state => state.QueryAsync<FailureStatus>(NodeSql.Failures, new { limit }), cancellation);
    }

    /// <summary>Removes nodes that were not heard of for a time. Their turns are found all the same.</summary>
    public static Task RemoveSilentAsync(StateStore store, TimeSpan silent, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.RunAsync(
            state => state.ExecuteAsync(NodeSql.RemoveSilent, new { silent = (long)silent.TotalMilliseconds }), cancellation);
    }

    /// <summary>How far this machine's clock is ahead of the database's, up to what a round trip takes.</summary>
    public static async Task<TimeSpan> ClockDifferenceAsync(StateStore store, TimeProvider clock, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(clock);
        TimeSpan? least = null;
        for (int i = 0; i < 3; i++)
        {
            (DateTimeOffset local, long now, TimeSpan round) = await store.RunAsync(
                async state =>
                {
                    DateTimeOffset before = clock.GetUtcNow();
                    long start = Stopwatch.GetTimestamp();
                    long there = await state.ScalarAsync<long>(NodeSql.Now).ConfigureAwait(false);
                    TimeSpan took = Stopwatch.GetElapsedTime(start);
                    return (before + (took / 2), there, took);
                },
                cancellation).ConfigureAwait(false);
            TimeSpan difference = local - DateTimeOffset.FromUnixTimeMilliseconds(now);
            if (least is null || difference.Duration() < least.Value.Duration()) least = difference;
            if (round < TimeSpan.FromMilliseconds(100)) break;
        }

        return least!.Value;
    }
}
