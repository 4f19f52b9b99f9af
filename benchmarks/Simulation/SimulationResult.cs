namespace Vgpnn.Benchmarks.Simulation;

/// <summary>What came of a simulated day.</summary>
internal sealed class SimulationResult(Scenario scenario, SimulatedTenant[] tenants)
{
    private readonly int[] _perMinute = new int[(int)(2 * scenario.Day / 60) + 1];
    private double _busy, _useful;
    private double _longestLockWait;
    private long _begun, _hits;

    /// <summary>When the last sample was done.</summary>
    public double End { get; set; }

    /// <summary>Turns that a death took away from a node.</summary>
    public long Deaths { get; set; }

    /// <summary>How long nodes had free slots, and looked for work.</summary>
    public double IdleNodeSeconds { get; set; }

    /// <summary>Samples that came to their end.</summary>
    public long Samples { get; private set; }

    /// <summary>Activations.</summary>
    public long Begun => _begun;

    /// <summary>Admissions a second in the busiest minute.</summary>
    public double Peak => _perMinute.Max() / 60.0;

    /// <summary>Part of the slots' time in the day that was work which counted.</summary>
    public double Utilisation => _useful / (scenario.Nodes * scenario.Slots * Math.Max(scenario.Day, End));

    /// <summary>Part of the activations that found their levels on their node.</summary>
    public double HitRate => (double)_hits / _begun;

    /// <summary>Part of the slots' busy time that went into cold levels and into work that was lost.</summary>
    public double Wasted => 1 - (_useful / _busy);

    /// <summary>Seconds from submission to the first sample's start: the tenants' medians and 95th percentiles, sorted.</summary>
    public IReadOnlyList<(int Tenant, double Median, double High)> Waits => [.. tenants.Where(t => t.FirstWaits.Count > 0).Select(t =>
    {
        float[] sorted = [.. t.FirstWaits.Order()];
        return (t.Index, (double)sorted[sorted.Length / 2], (double)sorted[(int)(sorted.Length * 0.95)]);
    }).OrderBy(w => w.Item3)];

    /// <summary>Part of its time that the admission lock is held, in the busiest minute.</summary>
    public double LockUtilisation => Peak * scenario.Cost.AdmissionLock / 1000;

    /// <summary>Seconds that an admission waited for the lock, at most.</summary>
    public double LongestLockWait => _longestLockWait;

    /// <summary>Processors of the database in the busiest minute.</summary>
    public double DatabaseCores
    {
        get
        {
            DatabaseCost cost = scenario.Cost;
            double checkpoints = scenario.Mix.Sum(k => k.Share * k.Samples * Math.Min(8, Math.Max(1, k.Seconds / 4))) / scenario.Mix.Sum(k => k.Share * k.Samples);
            double idle = IdleNodeSeconds / scenario.Day;
            return ((Peak * (cost.Turn + (checkpoints * cost.Checkpoint))) + (scenario.Nodes * ((10 * cost.Glance) + cost.Beat)) + (idle / scenario.Poll * cost.Poll)) / 1000;
        }
    }

    /// <summary>An admission got the lock; what is left over from the day belongs to none of its minutes.</summary>
    public void Admitted(double time, double waited)
    {
        if ((int)(time / 60) < _perMinute.Length) _perMinute[(int)(time / 60)]++;
        _longestLockWait = Math.Max(_longestLockWait, waited);
    }

    public void Begin(bool hit)
    {
        _begun++;
        if (hit) _hits++;
    }

    public void Done() => Samples++;

    public void Worked(double seconds, double cold, double useful)
    {
        _busy += seconds + cold;
        _useful += useful;
    }
}
