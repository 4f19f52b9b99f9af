using System.Diagnostics;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains.Scheduling;

/// <summary>
/// A node's hold on a grain while a long turn runs. All that the turn writes goes through <see cref="CommitAsync{T}"/>, which
/// writes nothing once the hold is lost.
/// </summary>
public sealed class Activation
{
    private readonly StateStore _store;

    internal Activation(StateStore store, GrainKey grain, string tenant, long epoch, string node, TurnRow turn)
    {
        _store = store;
        Grain = grain;
        Tenant = tenant;
        Epoch = epoch;
        Node = node;
        Attempts = turn.Attempts;
        Waited = TimeSpan.FromMilliseconds(turn.Waited);
        Trace = Telemetry.ContextOf(turn.TraceParent);
    }

    /// <summary>Which grain.</summary>
    public GrainKey Grain { get; }

    /// <summary>Whose it is.</summary>
    public string Tenant { get; }

    /// <summary>Counts the grain's activations; the fence of everything that this one writes.</summary>
    public long Epoch { get; }

    /// <summary>The node that it runs on.</summary>
    public string Node { get; }

    /// <summary>Errors before this activation.</summary>
    public int Attempts { get; }

    /// <summary>From when the turn became ready until it was taken up.</summary>
    public TimeSpan Waited { get; }

    /// <summary>The span that asked for the turn.</summary>
    public ActivityContext Trace { get; }

    /// <summary>
    /// Commits what a turn writes: the tenant's row is locked, the fence is checked, and then <paramref name="body"/> writes.
    /// </summary>
    /// <exception cref="FencedException">The activation has been replaced, or its work was cancelled.</exception>
    internal Task<T> CommitAsync<T>(Func<StateTransaction, Task<T>> body, CancellationToken cancellation = default) => _store.RunAsync(
        async state =>
        {
            await state.QueryAsync<string>(TenantSql.Lock, new { tenant = Tenant }).ConfigureAwait(false);
            if (Grain.Kind == GrainKind.Sample)
                await state.QueryAsync<string>(RequestSql.Lock, new { tenant = Tenant, request = Grain.Id }).ConfigureAwait(false);
            if (await state.FindAsync<int?>(TurnSql.Fence, new { grain = Grain.ToString(), epoch = Epoch }).ConfigureAwait(false) is null)
                throw new FencedException(Grain, Epoch);
            return await body(state).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>How the activation ended; null: it has not.</summary>
    internal Task<string?> OutcomeAsync(CancellationToken cancellation = default) => _store.RunAsync(
        state => state.FindAsync<string>(TurnSql.Outcome, new { grain = Grain.ToString(), epoch = Epoch }), cancellation);
}
