using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains;

/// <summary>
/// A tenant: its limits, what it uses, and the admission of its long turns, in fair share with the others. Key: the
/// tenant's id.
/// </summary>
public sealed class TenantGrain(StateStore store)
{
    /// <summary>Makes a tenant.</summary>
    /// <returns>Its id.</returns>
    public Task<string> CreateAsync(string name, TenantLimits limits, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(limits);
        string tenant = Ids.New();
        return store.RunAsync(
            async state =>
            {
                await state.ExecuteAsync(TenantSql.Insert, new
                {
                    tenant,
                    name,
                    limits.Weight,
                    limits.MaxRunning,
                    limits.MaxQueued,
                    limits.MaxBytes,
                    limits.MaxVoxels,
                    limits.RetentionHours,
                    limits.RequestsPerMinute,
                }).ConfigureAwait(false);
                return tenant;
            },
            cancellation);
    }

    /// <summary>Sets new limits. What is admitted already goes on.</summary>
    /// <exception cref="GrainException">There is no such tenant.</exception>
    public Task SetLimitsAsync(string tenant, TenantLimits limits, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return store.RunAsync(
            async state =>
            {
                int changed = await state.ExecuteAsync(TenantSql.SetLimits, new
                {
                    tenant,
                    limits.Weight,
                    limits.MaxRunning,
                    limits.MaxQueued,
                    limits.MaxBytes,
                    limits.MaxVoxels,
                    limits.RetentionHours,
                    limits.RequestsPerMinute,
                }).ConfigureAwait(false);
                if (changed == 0) throw GrainException.NotFound("tenant");
            },
            cancellation);
    }

    /// <summary>A tenant and what it uses.</summary>
    /// <exception cref="GrainException">There is no such tenant.</exception>
    public async Task<TenantStatus> GetAsync(string tenant, CancellationToken cancellation = default) =>
        await store.RunForAsync(tenant, state => state.FindAsync<TenantStatus>(TenantSql.Status, new { tenant }), cancellation)
            .ConfigureAwait(false) ?? throw GrainException.NotFound("tenant");

    /// <summary>All tenants, for the operator.</summary>
    public Task<IReadOnlyList<TenantStatus>> ListAsync(CancellationToken cancellation = default) =>
        store.RunAsync(state => state.QueryAsync<TenantStatus>(TenantSql.All), cancellation);

    /// <summary>
    /// Admits one long turn to a node: of the tenant that is furthest behind in its share, the oldest that the node has room
    /// for, sooner one whose levels the node holds already. The scheduler has it run there.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="capacity">What it has left; the turn takes its part of it.</param>
    /// <param name="warm">What the node has at hand (<see cref="LevelGrain.Warm"/>).</param>
    /// <param name="scheduler">Runs the turn.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The turn; null: there is nothing that this node can take now.</returns>
    public async Task<GrainKey?> AdmitAsync(
        NodeInfo node, Capacity capacity, IReadOnlySet<string> warm, ITurnScheduler scheduler, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(warm);
        ArgumentNullException.ThrowIfNull(scheduler);
        GrainKey? taken = null;
        try
        {
            return await store.RunAsync(
                async state =>
                {
                    // An earlier try of the same transaction took a part for nothing.
                    if (taken is { } before) capacity.Release(before);
                    taken = null;
                    if (await ChooseAsync(state, node, capacity, warm).ConfigureAwait(false) is not { } chosen) return null;
                    taken = chosen.Key;
                    await state.ExecuteAsync(TurnSql.Admit, new { grain = chosen.Grain, node = node.Id }).ConfigureAwait(false);
                    if (chosen.Key.Kind == GrainKind.Sample) await RequestGrain.FanOutAsync(state, chosen.Key.Id).ConfigureAwait(false);

                    // Last: the scheduler's locks are held for the shortest time.
                    await scheduler.ScheduleAsync(state, chosen.Key, chosen.EngineClass).ConfigureAwait(false);
                    return taken;
                },
                cancellation).ConfigureAwait(false);
        }
        catch
        {
            if (taken is { } grain) capacity.Release(grain);
            throw;
        }
    }

    /// <summary>Counts what a tenant has; the tenant's row is locked by it.</summary>
    internal static Task CountAsync(StateTransaction state, string tenant, long queued = 0, long running = 0, long bytes = 0) =>
        state.ExecuteAsync(TenantSql.Count, new { tenant, queued, running, bytes });

    /// <summary>Locks a tenant's row, and says what it has.</summary>
    /// <exception cref="GrainException">There is no such tenant.</exception>
    internal static async Task<TenantRow> LockAsync(StateTransaction state, string tenant) =>
        await state.FindAsync<TenantRow>(TenantSql.Lock, new { tenant }).ConfigureAwait(false) ?? throw GrainException.NotFound("tenant");

    private static async Task<Candidate?> ChooseAsync(StateTransaction state, NodeInfo node, Capacity capacity, IReadOnlySet<string> warm)
    {
        // Most looks find nothing, and are many where there are many nodes: they keep nobody waiting.
        var look = new { protocol = LongTurns.Protocol, classes = node.EngineClasses };
        if (await state.ScalarAsync<int>(TenantSql.AnyWaiting, look).ConfigureAwait(false) == 0) return null;
        double time = await state.ScalarAsync<double>(TenantSql.LockAdmission).ConfigureAwait(false);
        var may = new { time, look.protocol, look.classes, limit = AdmissionPolicy.TenantsLookedAt };
        foreach (WaitingTenant tenant in await state.QueryAsync<WaitingTenant>(TenantSql.Waiting, may).ConfigureAwait(false))
        {
            await state.QueryAsync<string>(TenantSql.Lock, new { tenant = tenant.TenantId }).ConfigureAwait(false);
            IReadOnlyList<Candidate> candidates = await state.QueryAsync<Candidate>(
                TurnSql.Candidates, new { tenant = tenant.TenantId, may.protocol, may.classes, limit = AdmissionPolicy.TurnsLookedAt }).ConfigureAwait(false);
            if (candidates.Count == 0) continue;
            if (AdmissionPolicy.Choose(candidates, capacity, warm, out bool keepsRoom) is not { } chosen)
            {
                if (keepsRoom) return null;
                continue;
            }

            await state.ExecuteAsync(
                TenantSql.Admitted, new { tenant = tenant.TenantId, pass = AdmissionPolicy.Advance(tenant.Pass, chosen.Charge, tenant.Weight) }).ConfigureAwait(false);
            await state.ExecuteAsync(TenantSql.AdvanceAdmission, new { time = tenant.Pass }).ConfigureAwait(false);
            return chosen;
        }

        return null;
    }

    private sealed record WaitingTenant
    {
        public required string TenantId { get; init; }

        public int Weight { get; init; }

        public double Pass { get; init; }
    }

    private sealed record Candidate : IWaitingTurn
    {
        public required string Grain { get; init; }

        public required string EngineClass { get; init; }

        public long Bytes { get; init; }

        public double Charge { get; init; }

        public string? Affinity { get; init; }

        public long Waited { get; init; }

        public long DeviceBytes { get; init; }

        public long? OnDevice => EngineClass == Synthesis.EngineClass.OpenCl ? DeviceBytes : null;

        public GrainKey Key => GrainKey.TryParse(Grain, out GrainKey key) ? key : throw new InvalidDataException($"{Grain} is no grain");
    }
}

/// <summary>What a tenant has and may have, while its row is locked.</summary>
internal sealed record TenantRow
{
    public long MaxQueued { get; init; }

    public long MaxBytes { get; init; }

    public long MaxVoxels { get; init; }

    public long Queued { get; init; }

    public long Running { get; init; }

    public long BytesStored { get; init; }
}
