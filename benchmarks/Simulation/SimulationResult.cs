namespace Vgpnn.Benchmarks.Simulation;

/// <summary>The figures of a simulation.</summary>
internal sealed class SimulationResult(Scenario scenario, SimulatedTenant[] tenants, Station dispatcher, Station storage)
{
    private double _busy, _useful;
    private long _hits;

    /// <summary>When the last sample was done, in seconds.</summary>
    public double End { get; set; }

    /// <summary>Jobs that a crash interrupted.</summary>
    public long Interrupted { get; set; }

    /// <summary>State writes.</summary>
    public long Writes { get; set; }

    /// <summary>Samples that were made.</summary>
    public long Samples { get; private set; }

    /// <summary>Jobs that were started.</summary>
    public long Started { get; private set; }

    /// <summary>Part of the slots' time that was work which counted.</summary>
    public double Utilisation => _useful / (scenario.Silos * scenario.Slots * Math.Max(scenario.Duration, End));

    /// <summary>Part of the jobs that found their levels in memory.</summary>
    public double HitRate => (double)_hits / Started;

    /// <summary>Part of the slots' busy time that went into cold levels and into work that was lost.</summary>
    public double Wasted => 1 - (_useful / _busy);

    /// <summary>Samples per second.</summary>
    public double SamplesPerSecond => Samples / Math.Max(scenario.Duration, End);

    /// <summary>Part of one core that the dispatcher uses in the busiest minute.</summary>
    public double DispatcherLoad => dispatcher.PeakLoad;

    /// <summary>The longest time in seconds that a call waited for the dispatcher.</summary>
    public double DispatcherWait => dispatcher.LongestWait;

    /// <summary>Writes in the busiest minute as part of those that the storage can do.</summary>
    public double StorageLoad => storage.PeakLoad;

    /// <summary>Rows of the membership table that all silos together read in a second.</summary>
    public double MembershipRows => scenario.Silos * scenario.Silos / ClusterCost.MembershipSeconds;

    /// <summary>Seconds from submission to the first sample's start, of all requests, without the time in the queue for a slot; sorted.</summary>
    public IReadOnlyList<float> StartLatencies => [.. tenants.SelectMany(t => t.StartLatencies).Order()];

    /// <summary>Seconds from submission to the first sample's start: the tenants' medians and 95th percentiles, sorted by the latter.</summary>
    public IReadOnlyList<(int Tenant, double Median, double High)> Waits => [.. tenants.Where(t => t.FirstWaits.Count > 0).Select(t =>
    {
        float[] sorted = [.. t.FirstWaits.Order()];
        return (t.Index, (double)sorted[sorted.Length / 2], (double)sorted[(int)(sorted.Length * 0.95)]);
    }).OrderBy(w => w.Item3)];

    /// <summary>What the tenant with the least work done per weight got, as part of what the one with the most got.</summary>
    public double Fairness => tenants.Min(t => t.Served / t.Weight) / tenants.Max(t => t.Served / t.Weight);

    /// <summary>The part whose load is highest, and how many silos it can carry.</summary>
    public (string Part, double Silos) Limit => DispatcherLoad > StorageLoad
        ? ("dispatcher", scenario.Silos / DispatcherLoad)
        : ("storage", scenario.Silos / StorageLoad);

    public void Start(bool hit)
    {
        Started++;
        if (hit) _hits++;
    }

    public void Done() => Samples++;

    public void Worked(double seconds, double cold, double useful)
    {
        _busy += seconds + cold;
        _useful += useful;
    }
}
