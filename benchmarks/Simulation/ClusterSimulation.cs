using Vgpnn.Grains.Scheduling;

namespace Vgpnn.Benchmarks.Simulation;

/// <summary>
/// A day of a cluster, event by event. What a node takes next is decided by the scheduler's own code (<see cref="AdmissionPolicy"/>,
/// <see cref="Capacity"/>); arrivals, times and deaths are drawn, the same for the same seed.
/// </summary>
internal sealed class ClusterSimulation
{
    private static readonly HashSet<string> Nothing = [];

    private readonly Scenario _scenario;
    private readonly Random _random;

    // On its own, so that the same work arrives whatever happens to it.
    private readonly Random _arrivals;
    private readonly PriorityQueue<Action, (double Time, long Order)> _events = new();
    private readonly SimulatedTenant[] _tenants;
    private readonly SimulatedNode[] _nodes;
    private readonly List<int> _free = [];
    private readonly int[] _place;
    private readonly SimulationResult _result;
    private double _now;
    private double _virtualTime;
    private double _lockFree;
    private double _freeSince;
    private long _order;
    private long _requests;
    private bool _lookScheduled;

    private ClusterSimulation(Scenario scenario, int seed)
    {
        _scenario = scenario;
        _random = new Random(seed);
        _arrivals = new Random(~seed);

        // One in ten pays for four times the share.
        _tenants = [.. Enumerable.Range(0, scenario.Tenants).Select(i => new SimulatedTenant(i, i % 10 == 3 ? 4 : 1))];
        _nodes = [.. Enumerable.Range(0, scenario.Nodes).Select(_ => new SimulatedNode(scenario))];
        _place = [.. Enumerable.Repeat(-1, scenario.Nodes)];
        _result = new SimulationResult(scenario, _tenants);
        for (int i = 0; i < _nodes.Length; i++) SetFree(i);
    }

    /// <summary>Simulates a day, and goes on until all that arrived is done.</summary>
    public static SimulationResult Run(Scenario scenario, int seed)
    {
        var simulation = new ClusterSimulation(scenario, seed);
        simulation.Begin();
        while (simulation._events.TryDequeue(out Action? happens, out (double Time, long Order) when))
        {
            simulation._now = when.Time;
            happens();
        }

        simulation.CountIdle();
        simulation._result.End = simulation._now;
        return simulation._result;
    }

    private void Begin()
    {
        double meanWork = _scenario.Mix.Sum(k => k.Share * k.Samples * k.Seconds);
        double requestsPerSecond = _scenario.Load * _scenario.Nodes * _scenario.Slots / meanWork;
        double[] parts = [.. _tenants.Select(t => 1.0 / (t.Index + 5))];
        for (int i = 0; i < _tenants.Length; i++) ArriveNext(_tenants[i], requestsPerSecond * parts[i] / parts.Sum());
        for (int i = 0; i < _nodes.Length; i++) DieLater(i);
        if (_scenario.LostAtNoon > 0)
        {
            At(_scenario.Day / 2, () =>
            {
                for (int i = 0; i < _nodes.Length * _scenario.LostAtNoon; i++) Die(i);
            });
        }
    }

    // Drawn at the highest rate, and thinned to what the hour has; tenants live in all time zones, most of them in two.
    private void ArriveNext(SimulatedTenant tenant, double rate)
    {
        const double Swing = 0.6;
        double time = _now, zone = (tenant.Index % 3) switch { 0 => 0, 1 => 0.08, _ => 0.3 };
        do
        {
            time -= Math.Log(1 - _arrivals.NextDouble()) / (rate * (1 + Swing));
            if (time > _scenario.Day) return;
        }
        while (_arrivals.NextDouble() > (1 + (Swing * Math.Sin(2 * Math.PI * ((time / _scenario.Day) - 0.25 + zone)))) / (1 + Swing));

        At(time, () =>
        {
            Submit(tenant);
            ArriveNext(tenant, rate);
        });
    }

    private void Submit(SimulatedTenant tenant)
    {
        double drawn = _arrivals.NextDouble();
        RequestClass kind = _scenario.Mix.First(k => (drawn -= k.Share) < 0 || k == _scenario.Mix[^1]);
        int samples = 1 + (int)(-Math.Log(1 - _arrivals.NextDouble()) * (kind.Samples - 0.5));
        var request = new SimulatedRequest(tenant, kind, samples, _now, _requests++);
        request.FanOut(_now);
        request.Place = tenant.Requests.AddLast(request);
        LookSoon();
    }

    // Of many nodes with free slots that look at random times the first one comes soon.
    private void LookSoon()
    {
        if (_lookScheduled || _free.Count == 0) return;
        _lookScheduled = true;
        At(_now + (_scenario.Poll / (_free.Count + 1)), () =>
        {
            _lookScheduled = false;
            if (_free.Count == 0) return;
            if (Fill(_free[_random.Next(_free.Count)]) && _tenants.Any(HasWork)) LookSoon();
            else if (_tenants.Any(HasWork)) At(_now + _scenario.Poll, LookSoon);
        });
    }

    private static bool HasWork(SimulatedTenant tenant) => tenant.Requests.Count > 0 && tenant.Running < tenant.MaxRunning;

    private bool Fill(int index)
    {
        SimulatedNode node = _nodes[index];
        bool any = false;
        while (node.MayAdmit && Admit(node) is { } turn)
        {
            any = true;
            Start(index, node, turn);
        }

        SetFree(index);
        return any;
    }

    private SimulatedTurn? Admit(SimulatedNode node)
    {
        foreach (SimulatedTenant tenant in _scenario.Slack > 0 ? WarmFirst(node) : Waiting())
        {
            List<SimulatedTurn> candidates = tenant.Candidates(_now);
            if (AdmissionPolicy.Choose(candidates, node.Capacity, _scenario.Affinity ? node.Warm : Nothing, out bool keepsRoom) is not { } chosen)
            {
                if (keepsRoom) return null;
                continue;
            }

            double pass = Math.Max(tenant.Pass, _virtualTime);
            tenant.Pass = AdmissionPolicy.Advance(pass, chosen.Request.Kind.Seconds, tenant.Weight);
            tenant.AdmittedAt = _now;
            tenant.Running++;
            _virtualTime = pass;
            chosen.Request.Ready.Remove(chosen);
            chosen.Request.FanOutOne(_now);
            if (chosen.Request.Ready.Count == 0) Leave(chosen.Request);
            return chosen;
        }

        return null;
    }

    // As TenantSql.Waiting orders them.
    private IEnumerable<SimulatedTenant> Waiting()
    {
        var looked = new PriorityQueue<SimulatedTenant, (double Pass, double AdmittedAt, int Index)>();
        foreach (SimulatedTenant tenant in _tenants)
            if (HasWork(tenant)) looked.Enqueue(tenant, (Math.Max(tenant.Pass, _virtualTime), tenant.AdmittedAt, tenant.Index));
        for (int i = 0; i < AdmissionPolicy.TenantsLookedAt && looked.TryDequeue(out SimulatedTenant? next, out _); i++) yield return next;
    }

    private IEnumerable<SimulatedTenant> WarmFirst(SimulatedNode node)
    {
        SimulatedTenant[] looked = [.. Waiting()];
        double most = looked.Length == 0 ? 0 : Math.Max(looked[0].Pass, _virtualTime) + _scenario.Slack;
        return looked.OrderByDescending(t => Math.Max(t.Pass, _virtualTime) <= most && t.Candidates(_now).Any(c => node.Warm.Contains(c.Request.Affinity)));
    }

    private void Start(int index, SimulatedNode node, SimulatedTurn turn)
    {
        // All admissions take the one lock in turn.
        double hold = _scenario.Cost.AdmissionLock / 1000;
        _lockFree = Math.Max(_lockFree, _now) + hold;
        double begins = _lockFree;
        _result.Admitted(begins, begins - hold - _now);
        if (!turn.Request.Started)
        {
            turn.Request.Started = true;
            turn.Request.Tenant.FirstWaits.Add((float)(begins - turn.Request.Arrived));
        }

        bool hit = node.Use(turn.Request);
        double cold = hit ? 0 : turn.Request.Kind.ColdSeconds;
        turn.WorkBegins = begins + cold;
        node.Running.Add(turn);
        _result.Begin(hit);
        int process = node.Process;
        At(turn.WorkBegins + turn.Work, () =>
        {
            if (node.Process != process) return;
            _result.Worked(turn.Work, cold, turn.Work);
            _result.Done();
            node.Running.Remove(turn);
            node.Capacity.Release(turn.Key);
            node.AtOnce = Math.Min(2 * node.AtOnce, node.Capacity.Slots);
            turn.Request.Tenant.Running--;
            Fill(index);
        });
    }

    private void DieLater(int index)
    {
        if (_scenario.DeathsPerDay <= 0) return;
        double time = _now - (Math.Log(1 - _random.NextDouble()) * 86_400 / _scenario.DeathsPerDay);
        int process = _nodes[index].Process;
        if (time < _scenario.Day)
        {
            At(time, () =>
            {
                if (_nodes[index].Process == process) Die(index);
            });
        }
    }

    private void Die(int index)
    {
        SimulatedNode node = _nodes[index];
        if (!node.Alive) return;
        node.Die();
        SetFree(index);
        foreach (SimulatedTurn turn in node.Running)
        {
            double done = Math.Clamp(_now - turn.WorkBegins, 0, turn.Work);
            double lost = Math.Min(done, _random.NextDouble() * _scenario.CheckpointSeconds);
            _result.Worked(done, 0, done - lost);
            _result.Deaths++;
            turn.Work -= done - lost;
            At(_now + _scenario.Detection, () => Return(turn));
        }

        At(_now + _scenario.Replacement, () =>
        {
            node.Join();
            DieLater(index);
            Fill(index);
        });
    }

    private void Return(SimulatedTurn turn)
    {
        SimulatedRequest request = turn.Request;
        request.Tenant.Running--;
        turn.ReadyAt = _now;
        int at = request.Ready.FindIndex(t => t.Key.Index > turn.Key.Index);
        request.Ready.Insert(at < 0 ? request.Ready.Count : at, turn);
        if (request.Place is null)
        {
            // It is older than what is there.
            LinkedListNode<SimulatedRequest>? before = request.Tenant.Requests.First;
            while (before is not null && before.Value.Arrived < request.Arrived) before = before.Next;
            request.Place = before is null ? request.Tenant.Requests.AddLast(request) : request.Tenant.Requests.AddBefore(before, request);
        }

        LookSoon();
    }

    private static void Leave(SimulatedRequest request)
    {
        request.Tenant.Requests.Remove(request.Place!);
        request.Place = null;
    }

    private void SetFree(int index)
    {
        bool free = _nodes[index].MayAdmit;
        if (free == _place[index] >= 0) return;
        CountIdle();
        if (free)
        {
            _place[index] = _free.Count;
            _free.Add(index);
            return;
        }

        int last = _free[^1];
        (_free[_place[index]], _place[last]) = (last, _place[index]);
        _free.RemoveAt(_free.Count - 1);
        _place[index] = -1;
    }

    private void CountIdle()
    {
        double until = Math.Min(_now, _scenario.Day);
        if (until <= _freeSince) return;
        _result.IdleNodeSeconds += _free.Count * (until - _freeSince);
        _freeSince = until;
    }

    private void At(double time, Action happens) => _events.Enqueue(happens, (time, _order++));
}
