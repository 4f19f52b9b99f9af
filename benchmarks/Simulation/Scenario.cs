namespace Vgpnn.Benchmarks.Simulation;

/// <summary>A kind of request, as a mix of them arrives.</summary>
/// <param name="Name">What the request makes.</param>
/// <param name="Share">Part of all requests.</param>
/// <param name="Seconds">Work of one sample on one slot.</param>
/// <param name="ColdSeconds">Decoding and resizing on a silo that does not have the levels in memory.</param>
/// <param name="Bytes">Memory of a sample.</param>
/// <param name="LevelBytes">Its levels in the silo's cache.</param>
/// <param name="Samples">Mean number of samples; geometrically distributed.</param>
internal sealed record RequestClass(string Name, double Share, double Seconds, double ColdSeconds, long Bytes, long LevelBytes, double Samples)
{
    /// <summary>Checkpoints of a sample: one in four seconds, at most one per level.</summary>
    public int Checkpoints => (int)Math.Clamp(Seconds / 4, 1, 8);
}

/// <summary>What is simulated.</summary>
internal sealed record Scenario
{
    private const long Mebi = 1L << 20;

    public required string Name { get; init; }

    /// <summary>Number of silos with the worker role.</summary>
    public int Silos { get; init; } = 1000;

    /// <summary>Slots of each silo.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>Bytes of memory of each silo for jobs.</summary>
    public long Memory { get; init; } = 12L << 30;

    /// <summary>Bytes of the level cache of each silo.</summary>
    public long LevelCache { get; init; } = 512 * Mebi;

    public int Tenants { get; init; } = 200;

    /// <summary>The most jobs that a tenant runs at once.</summary>
    public int MaxRunning { get; init; } = 1000;

    /// <summary>Seconds in which requests arrive.</summary>
    public double Duration { get; init; } = 86_400;

    /// <summary>Mean of the work that arrives, as part of what all slots can do.</summary>
    public double Load { get; init; } = 0.6;

    /// <summary>By how much the load of the busiest hour exceeds the mean, as part of the mean.</summary>
    public double Swing { get; init; } = 0.6;

    /// <summary>
    /// Whether, instead of requests that arrive, every tenant has more work from the start than the cluster can do; the simulation then
    /// stops at the end of the duration. For measuring shares.
    /// </summary>
    public bool Saturated { get; init; }

    /// <summary>How often a silo crashes in a day, on average.</summary>
    public double CrashesPerDay { get; init; }

    /// <summary>Part of all silos that crash at once, in the middle of the duration.</summary>
    public double LostAtHalf { get; init; }

    /// <summary>Seconds from a crash until the jobs are queued again: the lease.</summary>
    public double Detection { get; init; } = 3.5;

    /// <summary>Seconds from a crash until a new silo replaces the lost one.</summary>
    public double Replacement { get; init; } = 90;

    /// <summary>The most work that a crash costs a sample: the time between two checkpoints.</summary>
    public double CheckpointSeconds { get; init; } = 4;

    public ClusterCost Cost { get; init; } = ClusterCost.Postgres;

    /// <summary>Previews, clips in standard definition, HD, and data sets. Times are of one slot of two cores.</summary>
    public IReadOnlyList<RequestClass> Mix { get; init; } =
    [
        new("preview", 0.40, 6, 1.5, 160 * Mebi, 40 * Mebi, 4),
        new("standard", 0.42, 45, 4, 600 * Mebi, 140 * Mebi, 16),
        new("HD", 0.15, 300, 15, 2500 * Mebi, 400 * Mebi, 16),
        new("data set", 0.03, 45, 4, 600 * Mebi, 140 * Mebi, 400),
    ];
}
