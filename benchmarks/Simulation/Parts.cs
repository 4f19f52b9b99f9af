using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;

namespace Vgpnn.Benchmarks.Simulation;

/// <summary>A tenant, and what of it is under way.</summary>
internal sealed class SimulatedTenant(int index, int weight)
{
    public int Index { get; } = index;

    public int Weight { get; } = weight;

    public int MaxRunning { get; } = new TenantLimits().MaxRunning;

    public double Pass { get; set; }

    public double AdmittedAt { get; set; }

    public int Running { get; set; }

    /// <summary>Its requests with samples that are ready, the oldest first.</summary>
    public LinkedList<SimulatedRequest> Requests { get; } = [];

    /// <summary>Seconds from a request's arrival to its first sample's start.</summary>
    public List<float> FirstWaits { get; } = [];

    /// <summary>Its oldest ready turns, as many as a node looks at.</summary>
    public List<SimulatedTurn> Candidates(double now)
    {
        var oldest = new List<SimulatedTurn>(AdmissionPolicy.TurnsLookedAt);
        foreach (SimulatedRequest request in Requests)
        {
            foreach (SimulatedTurn turn in request.Ready)
            {
                turn.Waited = (long)((now - turn.ReadyAt) * 1000);
                oldest.Add(turn);
                if (oldest.Count == AdmissionPolicy.TurnsLookedAt) return oldest;
            }
        }

        return oldest;
    }
}

/// <summary>A request: samples that are ready, a window of them, and others that are numbers yet.</summary>
internal sealed class SimulatedRequest(SimulatedTenant tenant, RequestClass kind, int samples, double arrived, long number)
{
    private const int Window = 16;

    private readonly string _id = number.ToString("D12", null);
    private int _fannedOut;

    public SimulatedTenant Tenant { get; } = tenant;

    public RequestClass Kind { get; } = kind;

    public double Arrived { get; } = arrived;

    public string Affinity => _id;

    public bool Started { get; set; }

    public List<SimulatedTurn> Ready { get; } = [];

    public LinkedListNode<SimulatedRequest>? Place { get; set; }

    public void FanOut(double now)
    {
        for (int i = 0; i < Window; i++) FanOutOne(now);
    }

    public void FanOutOne(double now)
    {
        if (_fannedOut < samples) Ready.Add(new SimulatedTurn(this, GrainKey.Sample(_id, _fannedOut++)) { ReadyAt = now, Work = Kind.Seconds });
    }
}

/// <summary>A sample's turn.</summary>
internal sealed class SimulatedTurn(SimulatedRequest request, GrainKey key) : IWaitingTurn
{
    public SimulatedRequest Request { get; } = request;

    public GrainKey Key { get; } = key;

    public long Bytes => Request.Kind.Bytes;

    public string? Affinity => Request.Affinity;

    public long Waited { get; set; }

    public long? OnDevice => null;

    public double ReadyAt { get; set; }

    /// <summary>Seconds of work that are left.</summary>
    public double Work { get; set; }

    /// <summary>When it began where it runs, cold levels apart.</summary>
    public double WorkBegins { get; set; }
}

/// <summary>A node: the same bookkeeping of slots and memory as a real one, and a cache of levels that drops what was used least lately.</summary>
internal sealed class SimulatedNode(Scenario scenario)
{
    private readonly Dictionary<string, (long Bytes, long Used)> _levels = [];
    private readonly HashSet<string> _warm = [];
    private long _clock;

    public Capacity Capacity { get; private set; } = new(scenario.Slots, scenario.Memory);

    public HashSet<SimulatedTurn> Running { get; } = [];

    /// <summary>Counts its processes: what belongs to an earlier one is void.</summary>
    public int Process { get; private set; }

    public bool Alive { get; private set; } = true;

    /// <summary>Turns at once so far: a node starts slowly.</summary>
    public int AtOnce { get; set; } = 1;

    public IReadOnlySet<string> Warm => _warm;

    public bool MayAdmit => Alive && Running.Count < AtOnce && Running.Count < Capacity.Slots;

    /// <returns>Whether the levels were there.</returns>
    public bool Use(SimulatedRequest request)
    {
        bool hit = _levels.ContainsKey(request.Affinity);
        _levels[request.Affinity] = (request.Kind.LevelBytes, ++_clock);
        _warm.Add(request.Affinity);
        while (_levels.Values.Sum(l => l.Bytes) > scenario.LevelCache)
        {
            string oldest = _levels.MinBy(l => l.Value.Used).Key;
            _levels.Remove(oldest);
            _warm.Remove(oldest);
        }

        return hit;
    }

    public void Die()
    {
        Alive = false;
        Process++;
    }

    public void Join()
    {
        Alive = true;
        AtOnce = 1;
        Capacity = new Capacity(scenario.Slots, scenario.Memory);
        Running.Clear();
        _levels.Clear();
        _warm.Clear();
    }
}
