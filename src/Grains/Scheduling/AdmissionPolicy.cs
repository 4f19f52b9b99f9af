namespace Vgpnn.Grains.Scheduling;

/// <summary>A turn that a node may take.</summary>
public interface IWaitingTurn
{
    /// <summary>Which.</summary>
    GrainKey Key { get; }

    /// <summary>Memory that it needs.</summary>
    long Bytes { get; }

    /// <summary>What it finds warm on a node that has run another of its kind; null: nothing.</summary>
    string? Affinity { get; }

    /// <summary>Milliseconds since it was ready.</summary>
    long Waited { get; }

    /// <summary>Memory that it needs of a device, which one turn at a time has; null: it needs none.</summary>
    long? OnDevice { get; }
}

/// <summary>
/// What a node takes next, as far as that does not depend on where the state is kept. Tenants come in the order of their <em>pass</em>:
/// where each stands in the virtual time that all advance in, as far with a sample as it is large, and as slowly as the tenant's weight is
/// great. One that had nothing to do saved nothing up: it starts where the others are.
/// </summary>
public static class AdmissionPolicy
{
    /// <summary>Tenants that a node looks at, those first that are behind.</summary>
    public const int TenantsLookedAt = 8;

    /// <summary>A tenant's turns that it looks at, the oldest first.</summary>
    public const int TurnsLookedAt = 16;

    /// <summary>Work that has waited this long goes before work that fits better.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Where a tenant stands after a turn was admitted.</summary>
    /// <param name="pass">Where it stood.</param>
    /// <param name="charge">The turn's.</param>
    /// <param name="weight">The tenant's, at least 1.</param>
    public static double Advance(double pass, double charge, int weight) => pass + (charge / weight);

    /// <summary>Of a tenant's oldest turns the one to take: sooner one that the node has warm, as long as the oldest can wait.</summary>
    /// <param name="candidates">The oldest first; at least one.</param>
    /// <param name="capacity">What the node has left; the chosen turn takes its part.</param>
    /// <param name="warm">What it has at hand.</param>
    /// <param name="keepsRoom">
    /// Whether nothing else may be taken either: room is left to come free for the oldest, or it would wait for ever behind smaller work.
    /// </param>
    /// <returns>Null: there is no room for any.</returns>
    public static T? Choose<T>(IReadOnlyList<T> candidates, Capacity capacity, IReadOnlySet<string> warm, out bool keepsRoom)
        where T : class, IWaitingTurn
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(warm);
        T oldest = candidates[0];
        bool patient = oldest.Waited < Patience.TotalMilliseconds;
        T? chosen = (patient ? candidates : candidates.Take(1))
            .OrderByDescending(c => patient && c.Affinity is not null && warm.Contains(c.Affinity))
            .FirstOrDefault(c => capacity.TryTake(c.Key, c.Bytes, c.OnDevice));
        keepsRoom = chosen is null && !patient && oldest.Bytes <= capacity.Memory && oldest.OnDevice is null;
        return chosen;
    }
}
