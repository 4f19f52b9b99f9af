namespace Vgpnn.Benchmarks.Simulation;

/// <summary>Results of a simulation.</summary>
internal sealed class SimulationResult(Scenario scenario, SimulatedTenant[] tenants, Station dispatcher, Station storage)
{
    private double _busy, _useful;
    private long _hits;

    /// <summary>Time when the last sample finished, in seconds.</summary>
    public double End { get; set; }

    /// <summary>Number of jobs interrupted by crashes.</summary>
    public long Interrupted { get; set; }

    /// <summary>Number of state writes.</summary>
    public long Writes { get; set; }

    /// <summary>Number of finished samples.</summary>
    public long Samples { get; private set; }

    /// <summary>Number of started jobs.</summary>
    public long Started { get; private set; }

    /// <summary>Fraction of the slots' time spent on work that was not lost.</summary>
    public double Utilisation => _useful / (scenario.Silos * scenario.Slots * Math.Max(scenario.Duration, End));

    /// <summary>Fraction of jobs that found their levels in the cache.</summary>
    public double HitRate => (double)_hits / Started;

    /// <summary>Fraction of the slots' busy time spent on loading levels and on lost work.</summary>
    public double Wasted => 1 - (_useful / _busy);

    /// <summary>Samples per second.</summary>
    public double SamplesPerSecond => Samples / Math.Max(scenario.Duration, End);

    /// <summary>Fraction of a core that the dispatcher uses in the busiest minute.</summary>
    public double DispatcherLoad => dispatcher.PeakLoad;

    /// <summary>Maximum time that a call waited for the dispatcher, in seconds.</summary>
    public double DispatcherWait => dispatcher.LongestWait;

    /// <summary>Writes in the busiest minute as a fraction of the storage's capacity.</summary>
    public double StorageLoad => storage.PeakLoad;

    /// <summary>Rows of the membership table read per second by all silos together.</summary>
    public double MembershipRows => scenario.Silos * scenario.Silos / ClusterCost.MembershipSeconds;

    /// <summary>Seconds from submission to the start of the first sample of each request, excluding the queue time for a slot; sorted.</summary>
    public IReadOnlyList<float> StartLatencies => [.. tenants.SelectMany(t => t.StartLatencies).Order()];

    /// <summary>Median and 95th percentile of the seconds from submission to the first sample's start per tenant, sorted by the latter.</summary>
    public IReadOnlyList<(int Tenant, double Median, double High)> Waits => [.. tenants.Where(t => t.FirstWaits.Count > 0).Select(t =>
    {
        float[] sorted = [.. t.FirstWaits.Order()];
        return (t.Index, (double)sorted[sorted.Length / 2], (double)sorted[(int)(sorted.Length * 0.95)]);
    }).OrderBy(w => w.Item3)];

    /// <summary>Ratio of the least to the most work done per weight among all tenants.</summary>
    public double Fairness => tenants.Min(t => t.Served / t.Weight) / tenants.Max(t => t.Served / t.Weight);

    /// <summary>The component with the highest load, and the number of silos that it can serve.</summary>
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
