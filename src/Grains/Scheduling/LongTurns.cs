using System.Diagnostics;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains.Scheduling;

/// <summary>
/// The life of long turns in the state: ready, admitted to a node, running under an epoch, and over. Locks are always taken
/// in one order, tenant, request, turn, so that turns wait for each other but never in a circle.
/// </summary>
/// <param name="store">The state.</param>
/// <param name="maxCrashes">A grain that took this many processes with it is given up as poisoned.</param>
public sealed class LongTurns(StateStore store, int maxCrashes = LongTurns.DefaultMaxCrashes)
{
    /// <summary>Once may be chance.</summary>
    public const int DefaultMaxCrashes = 2;

    /// <summary>
    /// Where others were lost with it, so many crashes count as one: the process may have been another's victim, or the kernel's for
    /// its memory. Without any limit a sample could go on for ever taking processes with it.
    /// </summary>
    internal const int CrashesInCompany = 3;

    /// <summary>The version of what requests and turns mean. Work of a later one is left to nodes that know it.</summary>
    public const int Protocol = 1;

    internal const int MaxAttempts = 3;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Takes up a grain's long turn on a node: a new epoch, which fences every activation before it. Called whenever the
    /// scheduler starts a turn, for whatever reason; most of the reasons why there is nothing to do are harmless.
    /// </summary>
    /// <param name="grain">Which grain.</param>
    /// <param name="node">The node.</param>
    /// <param name="capacity">The node's; without room the turn goes back to the others.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null: there is nothing to do here.</returns>
    public async Task<Activation?> BeginAsync(GrainKey grain, string node, Capacity capacity, CancellationToken cancellation = default)
    {
        for (bool wholeOrder = false; ; wholeOrder = true)
        {
            (bool retry, Activation? activation) = await store.RunAsync(
                state => BeginAsync(state, grain, node, capacity, wholeOrder), cancellation).ConfigureAwait(false);
            if (!retry) return activation;
        }
    }

    /// <summary>A turn that got lost, found by other means than the scheduler's: makes it ready again.</summary>
    /// <param name="grain">Which grain.</param>
    /// <param name="node">The node that should have it; should another one have it by now, nothing is done.</param>
    /// <param name="crashed">Whether that node is gone, which is charged to the grain.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task RecoverAsync(GrainKey grain, string node, bool crashed, CancellationToken cancellation = default) => store.RunAsync(
        async state =>
        {
            TurnRow? turn = await LockAsync(state, grain).ConfigureAwait(false);
            if (turn is null || turn.State == "ready" || turn.Node != node) return;
            if (crashed) await PutBackAsync(state, turn).ConfigureAwait(false);
            else await ReadyAsync(state, grain, turn.TenantId, turn.State == "running" ? Outcome.HandedBack : null).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>Gives a turn back to be taken up elsewhere, at once and without any charge.</summary>
    /// <exception cref="FencedException">It was not this activation's any more.</exception>
    public static Task HandBackAsync(Activation activation, CancellationToken cancellation = default) =>
        EndAsync(activation, state => ReadyAsync(state, activation.Grain, activation.Tenant, Outcome.HandedBack), cancellation);

    /// <summary>Ends a turn with an error: it is tried again after a while, or given up.</summary>
    /// <exception cref="FencedException">It was not this activation's any more.</exception>
    public static Task ErrorAsync(Activation activation, string code, string error, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(activation);
        if (activation.Attempts + 1 >= MaxAttempts) return FailAsync(activation, code, error, cancellation);
        TimeSpan delay = FirstRetry * Math.Pow(4, activation.Attempts) * (0.75 + (Random.Shared.NextDouble() / 2));
        return EndAsync(
            activation,
            state => ReadyAsync(state, activation.Grain, activation.Tenant, Outcome.Error, attempts: 1, delay),
            cancellation);
    }

    /// <summary>Ends a turn for good: it cannot be done.</summary>
    /// <exception cref="FencedException">It was not this activation's any more.</exception>
    public static Task FailAsync(Activation activation, string code, string error, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(activation);
        return EndAsync(activation, state => FailAsync(state, activation.Grain, activation.Tenant, code, error), cancellation);
    }

    /// <summary>Says that an activation that was taken for dead was not: no crash is counted for it.</summary>
    public Task SurvivedAsync(Activation activation, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(activation);
        return store.RunAsync(
            state => state.ExecuteAsync(
                TurnSql.Survived, new { grain = activation.Grain.ToString(), epoch = activation.Epoch, node = activation.Node }),
            cancellation);
    }

    /// <summary>Writes down a new long turn that may be admitted from now on.</summary>
    internal static Task InsertAsync(StateTransaction state, GrainKey grain, string tenant, TurnNeeds needs) => state.ExecuteAsync(
        TurnSql.Insert,
        new
        {
            grain = grain.ToString(),
            tenant,
            engineClass = needs.EngineClass,
            protocol = needs.Protocol,
            priority = grain.Kind == GrainKind.Video ? 0 : 1,
            bytes = needs.Bytes,
            deviceBytes = needs.DeviceBytes,
            charge = needs.Charge,
            affinity = needs.Affinity,
            trace = needs.Trace,
        });

    /// <summary>Removes a turn that is over, whatever its state, and counts it out.</summary>
    internal static async Task RemoveAsync(StateTransaction state, TurnRow turn, Outcome outcome)
    {
        await EndActivationAsync(state, turn.Key, outcome).ConfigureAwait(false);
        await state.ExecuteAsync(TurnSql.Delete, new { grain = turn.Grain }).ConfigureAwait(false);
        bool taken = turn.State != "ready";
        await TenantGrain.CountAsync(state, turn.TenantId, queued: taken ? 0 : -1, running: taken ? -1 : 0).ConfigureAwait(false);
    }

    /// <summary>Removes the turn of an activation that did its work.</summary>
    internal static async Task DoneAsync(StateTransaction state, Activation activation)
    {
        await EndActivationAsync(state, activation.Grain, Outcome.Done).ConfigureAwait(false);
        await state.ExecuteAsync(TurnSql.Delete, new { grain = activation.Grain.ToString() }).ConfigureAwait(false);
        await TenantGrain.CountAsync(state, activation.Tenant, running: -1).ConfigureAwait(false);
    }

    /// <summary>Locks a grain's turn in the one order of locks.</summary>
    internal static async Task<TurnRow?> LockAsync(StateTransaction state, GrainKey grain)
    {
        var key = new { grain = grain.ToString() };
        if (await state.FindAsync<TurnRow>(TurnSql.Peek, key).ConfigureAwait(false) is not { } turn) return null;
        await state.QueryAsync<string>(TenantSql.Lock, new { tenant = turn.TenantId }).ConfigureAwait(false);
        if (grain.Kind == GrainKind.Sample)
            await state.QueryAsync<string>(RequestSql.Lock, new { tenant = turn.TenantId, request = grain.Id }).ConfigureAwait(false);
        return await state.FindAsync<TurnRow>(TurnSql.Lock, key).ConfigureAwait(false);
    }

    // What nearly always happens, a turn starting on the node that it was admitted to, needs the turn's lock alone. Should
    // the turn turn out to be something else, all of it is done again with all locks.
    private async Task<(bool Retry, Activation? Activation)> BeginAsync(
        StateTransaction state, GrainKey grain, string node, Capacity capacity, bool wholeOrder)
    {
        TurnRow? turn = wholeOrder
            ? await LockAsync(state, grain).ConfigureAwait(false)
            : await state.FindAsync<TurnRow>(TurnSql.Lock, new { grain = grain.ToString() }).ConfigureAwait(false);
        if (turn is null or { State: "ready" }) return (false, null);
        bool usual = turn.State == "admitted" && capacity.TryTake(grain, turn.Bytes, turn.OnDevice);
        if (!usual && !wholeOrder) return (true, null);
        if (turn.State == "running")
        {
            // Another activation ran, and the scheduler says that its node is gone; or this node began it and was not told.
            if (turn.Node == node) await ReadyAsync(state, grain, turn.TenantId, Outcome.HandedBack).ConfigureAwait(false);
            else await PutBackAsync(state, turn).ConfigureAwait(false);
            turn = await state.FindAsync<TurnRow>(TurnSql.Lock, new { grain = grain.ToString() }).ConfigureAwait(false);
            if (turn is null || !capacity.TryTake(grain, turn.Bytes, turn.OnDevice)) return (false, null);
            await TenantGrain.CountAsync(state, turn.TenantId, queued: -1, running: 1).ConfigureAwait(false);
        }
        else if (!usual)
        {
            await ReadyAsync(state, grain, turn.TenantId, null).ConfigureAwait(false);
            return (false, null);
        }

        long epoch = await state.ScalarAsync<long>(TurnSql.LastEpoch, new { grain = turn.Grain }).ConfigureAwait(false) + 1;
        await state.ExecuteAsync(TurnSql.Run, new { grain = turn.Grain, node, epoch }).ConfigureAwait(false);
        await state.ExecuteAsync(
            TurnSql.BeginActivation, new { grain = turn.Grain, epoch, tenant = turn.TenantId, node, bytes = turn.Bytes }).ConfigureAwait(false);
        if (grain.Kind == GrainKind.Sample) await SampleGrain.SetStateAsync(state, grain, "running").ConfigureAwait(false);
        return (false, new Activation(store, grain, turn.TenantId, epoch, node, turn));
    }

    private async Task PutBackAsync(StateTransaction state, TurnRow turn)
    {
        GrainKey grain = turn.Key;
        if (turn.State == "admitted")
        {
            await ReadyAsync(state, grain, turn.TenantId, null).ConfigureAwait(false);
            return;
        }

        var row = new { grain = turn.Grain };
        long alone = await state.ScalarAsync<long>(TurnSql.CrashesAlone, row).ConfigureAwait(false);
        long crashes = await state.ScalarAsync<long>(TurnSql.Crashes, row).ConfigureAwait(false);
        if (alone >= maxCrashes || crashes >= CrashesInCompany * maxCrashes)
        {
            await EndActivationAsync(state, grain, Outcome.Crashed).ConfigureAwait(false);
            await FailAsync(
                state, grain, turn.TenantId, "poisoned", $"the process that worked on it was lost {crashes} times").ConfigureAwait(false);
            return;
        }

        await ReadyAsync(state, grain, turn.TenantId, Outcome.Crashed).ConfigureAwait(false);
    }

    private static async Task EndAsync(Activation activation, Func<StateTransaction, Task> end, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        try
        {
            await activation.CommitAsync(
                async state =>
                {
                    await end(state).ConfigureAwait(false);
                    return true;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (FencedException)
        {
            // A commit whose answer was lost was tried again, and met its own work.
            if (await activation.OutcomeAsync(cancellation).ConfigureAwait(false) is "handedback" or "error" or "failed") return;
            throw;
        }
    }

    private static async Task ReadyAsync(
        StateTransaction state, GrainKey grain, string tenant, Outcome? outcome, int attempts = 0, TimeSpan delay = default)
    {
        if (outcome is { } ended) await EndActivationAsync(state, grain, ended).ConfigureAwait(false);
        await state.ExecuteAsync(
            TurnSql.MakeReady, new { grain = grain.ToString(), attempts, delay = (long)delay.TotalMilliseconds }).ConfigureAwait(false);
        if (grain.Kind == GrainKind.Sample) await SampleGrain.SetStateAsync(state, grain, "queued").ConfigureAwait(false);
        await TenantGrain.CountAsync(state, tenant, queued: 1, running: -1).ConfigureAwait(false);
    }

    private static async Task FailAsync(StateTransaction state, GrainKey grain, string tenant, string code, string error)
    {
        await EndActivationAsync(state, grain, Outcome.Failed).ConfigureAwait(false);
        await state.ExecuteAsync(TurnSql.Delete, new { grain = grain.ToString() }).ConfigureAwait(false);
        await TenantGrain.CountAsync(state, tenant, running: -1).ConfigureAwait(false);
        state.AfterCommit(() => Telemetry.Failures.Add(1, Telemetry.Tag("kind", Telemetry.Word(grain.Kind)), Telemetry.Tag("code", code)));
        switch (grain.Kind)
        {
            case GrainKind.Sample:
                await SampleGrain.FailedAsync(state, grain, tenant, code, error).ConfigureAwait(false);
                break;
            case GrainKind.Video:
                await VideoGrain.FailedAsync(state, grain, code, error).ConfigureAwait(false);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static Task<int> EndActivationAsync(StateTransaction state, GrainKey grain, Outcome outcome) => state.ExecuteAsync(
        TurnSql.EndActivation, new { grain = grain.ToString(), outcome = outcome.ToString().ToLowerInvariant() });
}

/// <summary>What a long turn needs of a node.</summary>
/// <param name="EngineClass">The engine that its results come from: a request stays within one.</param>
/// <param name="Bytes">Memory at its peak.</param>
/// <param name="Charge">Its share of the tenant's fair share.</param>
/// <param name="Affinity">What it finds warm on a node that has run another of its kind; null: nothing.</param>
/// <param name="Trace">The span that asks for it; null: none.</param>
/// <param name="Protocol">What a node must understand.</param>
/// <param name="DeviceBytes">Memory of a device; 0: it needs none, or it is not known how much.</param>
internal sealed record TurnNeeds(
    string EngineClass, long Bytes, double Charge, string? Affinity, string? Trace, int Protocol = LongTurns.Protocol, long DeviceBytes = 0);
