using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Indices;

namespace Vgpnn.Benchmarks.Simulation;

/// <summary>A tenant and its results.</summary>
internal sealed class SimulatedTenant(int index, int weight)
{
    public int Index { get; } = index;

    public string Name { get; } = index.ToString("D4", null);

    public int Weight { get; } = weight;

    /// <summary>Seconds of work of the jobs started in the second half of the duration.</summary>
    public double Served { get; set; }

    /// <summary>Seconds from the submission of each request to the start of its first sample.</summary>
    public List<float> FirstWaits { get; } = [];

    /// <summary>The parts of <see cref="FirstWaits"/> caused by writes and calls.</summary>
    public List<float> StartLatencies { get; } = [];
}

/// <summary>A request.</summary>
internal sealed class SimulatedRequest(SimulatedTenant tenant, RequestClass kind, int samples, double arrived, long number)
{
    private double _writeBegins = double.NegativeInfinity;

    public SimulatedTenant Tenant { get; } = tenant;

    public RequestClass Kind { get; } = kind;

    public double Arrived { get; } = arrived;

    /// <summary>Time when the request reached the dispatcher.</summary>
    public double Queued { get; set; }

    public bool Started { get; set; }

    /// <summary>Remaining seconds of work of samples that a crash interrupted.</summary>
    public Dictionary<int, double> Left { get; } = [];

    public QueueEntry Entry { get; } = new()
    {
        Tenant = tenant.Name,
        Key = $"request/{number}",
        Created = (long)(arrived * 1000),
        Cost = kind.Seconds,
        Memory = kind.Bytes,
        LevelKey = number.ToString(provider: null),
        Waiting = IndexSet.Range(0, samples),
    };

    /// <summary>Returns whether the outcome of a sample needs its own write; outcomes that arrive during a write share the next one.</summary>
    public bool Collect(double now, double writeSeconds)
    {
        if (now < _writeBegins) return false;
        _writeBegins = Math.Max(now, _writeBegins + writeSeconds);
        return true;
    }
}

/// <summary>A running sample.</summary>
/// <param name="request">Request of the sample.</param>
/// <param name="index">Index of the sample.</param>
/// <param name="chosen">Time when the dispatcher chose the sample.</param>
/// <param name="work">Remaining seconds of work.</param>
internal sealed class SimulatedJob(SimulatedRequest request, int index, double chosen, double work)
{
    public double Chosen { get; } = chosen;

    public SimulatedRequest Request { get; } = request;

    public int Index { get; } = index;

    public string Id { get; } = $"{request.Entry.Key}/{index}";

    public double Work { get; } = work;

    /// <summary>Time when the work begins, after the levels are loaded.</summary>
    public double WorkBegins { get; set; } = double.PositiveInfinity;
}

/// <summary>A silo with slots and memory counted as by a real silo, and a least-recently-used cache of levels.</summary>
internal sealed class SimulatedSilo(Scenario scenario, int index)
{
    private readonly Dictionary<string, (long Bytes, long Used)> _levels = [];
    private readonly HashSet<string> _warm = [];
    private long _clock;
    private long _levelBytes;

    public string Name { get; } = $"silo-{index}";

    public SiloCapacity Capacity { get; private set; } = new(scenario.Slots, scenario.Memory);

    public HashSet<SimulatedJob> Running { get; } = [];

    /// <summary>Incremented when the silo restarts; events of earlier processes are ignored.</summary>
    public int Process { get; private set; }

    public bool Alive { get; private set; } = true;

    public bool HasFreeSlot => Alive && Capacity.FreeSlots > 0;

    public WorkerRoom Room => new()
    {
        Silo = Name,
        FreeSlots = Capacity.FreeSlots,
        Memory = Capacity.FreeMemory,
        TotalMemory = Capacity.Memory,
        WarmLevels = _warm,
    };

    /// <summary>Accesses the levels of a request; returns whether they were cached.</summary>
    public bool Use(SimulatedRequest request)
    {
        string key = request.Entry.LevelKey!;
        bool hit = _levels.ContainsKey(key);
        _levels[key] = (request.Kind.LevelBytes, ++_clock);
        if (hit) return true;
        _warm.Add(key);
        _levelBytes += request.Kind.LevelBytes;
        while (_levelBytes > scenario.LevelCache)
        {
            (string oldest, (long bytes, _)) = _levels.MinBy(l => l.Value.Used);
            _levels.Remove(oldest);
            _warm.Remove(oldest);
            _levelBytes -= bytes;
        }

        return false;
    }

    public void Crash()
    {
        Alive = false;
        Process++;
    }

    public void Restart()
    {
        Alive = true;
        Capacity = new SiloCapacity(scenario.Slots, scenario.Memory);
        Running.Clear();
        _levels.Clear();
        _warm.Clear();
        _levelBytes = 0;
    }
}
