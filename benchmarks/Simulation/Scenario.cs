namespace Vgpnn.Benchmarks.Simulation;

/// <summary>A class of requests in the arriving mix.</summary>
/// <param name="Name">Name of the class.</param>
/// <param name="Share">Fraction of all requests.</param>
/// <param name="Seconds">Work of one sample on one slot, in seconds.</param>
/// <param name="ColdSeconds">Time to decode and resize the input on a silo without cached levels, in seconds.</param>
/// <param name="Bytes">Memory of a sample, in bytes.</param>
/// <param name="LevelBytes">Memory of its levels in the silo's cache, in bytes.</param>
/// <param name="Samples">Mean number of samples; geometrically distributed.</param>
internal sealed record RequestClass(string Name, double Share, double Seconds, double ColdSeconds, long Bytes, long LevelBytes, double Samples)
{
    /// <summary>Checkpoints per sample: one in four seconds, at most one per level.</summary>
    public int Checkpoints => (int)Math.Clamp(Seconds / 4, 1, 8);
}

/// <summary>Parameters of a simulation.</summary>
internal sealed record Scenario
{
    private const long Mebi = 1L << 20;

    public required string Name { get; init; }

    /// <summary>Number of silos with the worker role.</summary>
    public int Silos { get; init; } = 1000;

    /// <summary>Slots per silo.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>Memory per silo for jobs, in bytes.</summary>
    public long Memory { get; init; } = 12L << 30;

    /// <summary>Level cache per silo, in bytes.</summary>
    public long LevelCache { get; init; } = 512 * Mebi;

    public int Tenants { get; init; } = 200;

    /// <summary>Maximum number of running jobs per tenant.</summary>
    public int MaxRunning { get; init; } = 1000;

    /// <summary>Duration of arrivals, in seconds.</summary>
    public double Duration { get; init; } = 86_400;

    /// <summary>Mean arriving work as a fraction of the capacity of all slots.</summary>
    public double Load { get; init; } = 0.6;

    /// <summary>Excess of the busiest hour over the mean load, as a fraction of the mean.</summary>
    public double Swing { get; init; } = 0.6;

    /// <summary>
    /// Whether every tenant has more work than the cluster can do from the start, instead of arriving requests; the simulation then stops at the
    /// end of the duration. For measuring shares.
    /// </summary>
    public bool Saturated { get; init; }

    /// <summary>Mean number of crashes per silo and day.</summary>
    public double CrashesPerDay { get; init; }

    /// <summary>Fraction of silos that crash simultaneously in the middle of the duration.</summary>
    public double LostAtHalf { get; init; }

    /// <summary>Seconds from a crash until its jobs are queued again: the lease.</summary>
    public double Detection { get; init; } = 3.5;

    /// <summary>Seconds from a crash until a new silo replaces the lost one.</summary>
    public double Replacement { get; init; } = 90;

    /// <summary>Maximum work that a sample loses in a crash: the time between two checkpoints, in seconds.</summary>
    public double CheckpointSeconds { get; init; } = 4;

    public ClusterCost Cost { get; init; } = ClusterCost.Postgres;

    /// <summary>Previews, clips in standard definition and HD, and data sets. Times are for one slot of two cores.</summary>
    public IReadOnlyList<RequestClass> Mix { get; init; } =
    [
        new("preview", 0.40, 6, 1.5, 160 * Mebi, 40 * Mebi, 4),
        new("standard", 0.42, 45, 4, 600 * Mebi, 140 * Mebi, 16),
        new("HD", 0.15, 300, 15, 2500 * Mebi, 400 * Mebi, 16),
        new("data set", 0.03, 45, 4, 600 * Mebi, 140 * Mebi, 400),
    ];
}
