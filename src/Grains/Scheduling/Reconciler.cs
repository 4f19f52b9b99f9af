using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains.Scheduling;

/// <summary>
/// Finds long turns that the scheduler has lost, and makes them ready again. Normally there are none: they come from a
/// scheduler in memory that died with its process, or from a failure between two databases' worth of bookkeeping.
/// </summary>
public sealed class Reconciler(StateStore store, LongTurns turns, NodeLife life, ITurnScheduler scheduler, Capacity capacity)
{
    /// <summary>Looks once.</summary>
    /// <param name="silent">A node that was not heard of for this long is gone; zero: every node but this one is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Turns made ready.</returns>
    public async Task<int> RunAsync(TimeSpan silent, CancellationToken cancellation = default)
    {
        int found = 0;
        var row = new { node = life.Node.Id, silent = (long)silent.TotalMilliseconds };
        foreach (TurnRow turn in await store.RunAsync(state => state.QueryAsync<TurnRow>(TurnSql.Orphans, row), cancellation).ConfigureAwait(false))
        {
            if (await scheduler.KnowsAsync(turn.Key, cancellation).ConfigureAwait(false)) continue;
            await turns.RecoverAsync(turn.Key, turn.Node!, crashed: true, cancellation).ConfigureAwait(false);
            found++;
        }

        foreach (TurnRow turn in await store.RunAsync(state => state.QueryAsync<TurnRow>(TurnSql.OfNode, row), cancellation).ConfigureAwait(false))
        {
            if (capacity.Has(turn.Key) && life.Running.Any(a => a.Grain == turn.Key)) continue;
            if (await scheduler.KnowsAsync(turn.Key, cancellation).ConfigureAwait(false)) continue;
            await turns.RecoverAsync(turn.Key, life.Node.Id, crashed: false, cancellation).ConfigureAwait(false);
            capacity.Release(turn.Key);
            found++;
        }

        return found;
    }
}
