using System.Globalization;

namespace Vgpnn.Benchmarks.Simulation;

/// <summary>A kind of request, as a mix of them arrives.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Share">Of all requests.</param>
/// <param name="Seconds">One sample's work on one slot.</param>
/// <param name="ColdSeconds">Decoding and resizing on a node that has not got its levels.</param>
/// <param name="Bytes">Memory of a sample.</param>
/// <param name="LevelBytes">Its levels in the node's cache.</param>
/// <param name="Samples">Mean number of samples; geometrically distributed.</param>
internal sealed record RequestClass(string Name, double Share, double Seconds, double ColdSeconds, long Bytes, long LevelBytes, double Samples);

/// <summary>What is simulated.</summary>
internal sealed record Scenario
{
    private const long Mebi = 1L << 20;

    public required string Name { get; init; }

    /// <summary>Nodes at the start.</summary>
    public int Nodes { get; init; } = 1000;

    /// <summary>Slots of each.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>Memory of each for its turns.</summary>
    public long Memory { get; init; } = 12L << 30;

    /// <summary>The cache of levels of each.</summary>
    public long LevelCache { get; init; } = 512 * Mebi;

    public int Tenants { get; init; } = 200;

    /// <summary>Seconds in which requests arrive.</summary>
    public double Day { get; init; } = 86_400;

    /// <summary>Work that arrives over work that all slots could do, a day's mean; by day it is up to 1.6 times that.</summary>
    public double Load { get; init; } = 0.6;

    /// <summary>Whether nodes look at what they have warm.</summary>
    public bool Affinity { get; init; } = true;

    /// <summary>
    /// What if: a node takes warm work of any tenant that it looks at and that is no further ahead in its share than so many seconds of
    /// work; 0: as it is.
    /// </summary>
    public double Slack { get; init; }

    /// <summary>How often a node dies in a day, on average.</summary>
    public double DeathsPerDay { get; init; }

    /// <summary>Part of all nodes that dies at noon, at once.</summary>
    public double LostAtNoon { get; init; }

    /// <summary>Seconds until the others take over what a dead node ran: check-in and threshold, and a look.</summary>
    public double Detection { get; init; } = 9;

    /// <summary>Seconds until a new node is there for a dead one.</summary>
    public double Replacement { get; init; } = 90;

    /// <summary>Seconds between two looks of a node that has free slots.</summary>
    public double Poll { get; init; } = 0.5;

    /// <summary>The most work that a death costs a sample: the time between two checkpoints.</summary>
    public double CheckpointSeconds { get; init; } = 4;

    public DatabaseCost Cost { get; init; } = DatabaseCost.Usual;

    /// <summary>What is asked for: previews, clips in standard definition, HD, and data sets. Times are of one slot of two cores.</summary>
    public IReadOnlyList<RequestClass> Mix { get; init; } =
    [
        new("preview", 0.40, 6, 1.5, 160 * Mebi, 40 * Mebi, 4),
        new("standard", 0.42, 45, 4, 600 * Mebi, 140 * Mebi, 16),
        new("HD", 0.15, 300, 15, 2500 * Mebi, 400 * Mebi, 16),
        new("data set", 0.03, 45, 4, 600 * Mebi, 140 * Mebi, 400),
    ];
}

/// <summary>
/// What turns cost the database: milliseconds of its processors, and of the one lock that all admissions take. They are measured by
/// <c>VGPNN_MEASURE=FILE ./test Cluster</c> (<c>Measurements.What_the_database_pays</c>).
/// </summary>
/// <param name="Turn">Processor time of a long turn from ready to done, checkpoints apart.</param>
/// <param name="Checkpoint">Processor time of a checkpoint.</param>
/// <param name="Poll">Processor time of a look that finds nothing.</param>
/// <param name="Glance">Processor time of the question which turns are still the node's, asked ten times a second while it runs any.</param>
/// <param name="Beat">Processor time a second of a node that does nothing: signs of life, the scheduler's look at its triggers.</param>
/// <param name="AdmissionLock">For how long an admission holds the lock.</param>
internal sealed record DatabaseCost(double Turn, double Checkpoint, double Poll, double Glance, double Beat, double AdmissionLock)
{
    /// <summary>As they were measured; a checkpoint alone was too little to be told from the noise, and is assumed (docs/scale.md).</summary>
    public static DatabaseCost Usual { get; } = new(40, 2, 0.25, 0.95, 8.5, 10.75);

    /// <summary>Reads six numbers with commas between them.</summary>
    public static DatabaseCost Parse(string text)
    {
        double[] costs = [.. text.Split(',').Select(c => double.Parse(c, CultureInfo.InvariantCulture))];
        return new DatabaseCost(costs[0], costs[1], costs[2], costs[3], costs[4], costs[5]);
    }
}
