using Vgpnn.Grains.Dispatch;

namespace Vgpnn.Benchmarks.Simulation;

/// <summary>
/// Discrete-event simulation of a cluster with one dispatcher. The dispatcher's own code (<see cref="FairShare"/>, <see cref="SiloCapacity"/>)
/// decides what each silo runs next; arrivals, durations and crashes are random but reproducible by seed. Calls queue for the dispatcher's
/// thread, and writes for the storage.
/// </summary>
internal sealed class ClusterSimulation
{
    // Number of silos with free slots that the dispatcher asks immediately when work arrives; the others follow with their next reports.
    private const int SilosPerWake = 64;

    private readonly Scenario _scenario;
    private readonly Random _random;

    // A separate generator, so that arrivals do not depend on what happens to the work.
    private readonly Random _arrivals;
    private readonly PriorityQueue<Action, (double Time, long Order)> _events = new();
    private readonly FairShare _share = new();
    private readonly Station _dispatcher, _storage;
    private readonly SimulatedTenant[] _tenants;
    private readonly SimulatedSilo[] _silos;
    private readonly Dictionary<QueueEntry, SimulatedRequest> _requests = new(ReferenceEqualityComparer.Instance);
    private readonly List<int> _free = [];
    private readonly int[] _place;
    private readonly SimulationResult _result;
    private double _now;
    private double _wakeAt = double.PositiveInfinity;
    private long _order, _submitted;

    private ClusterSimulation(Scenario scenario, int seed)
    {
        ClusterCost cost = scenario.Cost;
        _scenario = scenario;
        _random = new Random(seed);
        _arrivals = new Random(~seed);
        _dispatcher = new Station(scenario.Silos / ClusterCost.ReportSeconds * cost.CallMicroseconds / 1e6);
        _storage = new Station(scenario.Silos / ClusterCost.MembershipSeconds / cost.WritesPerSecond);

        // One in ten tenants pays for four times the share.
        _tenants = [.. Enumerable.Range(0, scenario.Tenants).Select(i => new SimulatedTenant(i, i % 10 == 3 ? 4 : 1))];
        foreach (SimulatedTenant tenant in _tenants) _share.Configure(tenant.Name, tenant.Weight, scenario.MaxRunning);
        _silos = [.. Enumerable.Range(0, scenario.Silos).Select(i => new SimulatedSilo(scenario, i))];
        _place = [.. Enumerable.Repeat(-1, scenario.Silos)];
        _result = new SimulationResult(scenario, _tenants, _dispatcher, _storage);
        for (int i = 0; i < _silos.Length; i++) SetFree(i);
    }

    private long Now => (long)(_now * 1000);

    /// <summary>Simulates a scenario until all arrived work is done.</summary>
    public static SimulationResult Run(Scenario scenario, int seed)
    {
        var simulation = new ClusterSimulation(scenario, seed);
        if (scenario.Saturated) simulation.Saturate();
        else simulation.BeginArrivals();
        simulation.BeginCrashes();
        while (simulation._events.TryDequeue(out Action? action, out (double Time, long Order) when) && !(scenario.Saturated && when.Time > scenario.Duration))
        {
            simulation._now = when.Time;
            action();
        }

        simulation._result.End = simulation._now;
        return simulation._result;
    }

    private void Saturate()
    {
        double work = _scenario.Duration * _scenario.Silos * _scenario.Slots;
        foreach (SimulatedTenant tenant in _tenants)
        {
            RequestClass kind = _scenario.Mix[tenant.Index % _scenario.Mix.Count];
            Submit(tenant, kind, (int)(2 * work / kind.Seconds));
        }
    }

    private void BeginArrivals()
    {
        double meanWork = _scenario.Mix.Sum(k => k.Share * k.Samples * k.Seconds);
        double requestsPerSecond = _scenario.Load * _scenario.Silos * _scenario.Slots / meanWork;
        double[] parts = [.. _tenants.Select(t => 1.0 / (t.Index + 5))];
        for (int i = 0; i < _tenants.Length; i++) ArriveNext(_tenants[i], requestsPerSecond * parts[i] / parts.Sum());
    }

    // Arrivals are drawn at the peak rate and thinned to the rate of the hour; tenants live in all time zones, most of them in two.
    private void ArriveNext(SimulatedTenant tenant, double rate)
    {
        double swing = _scenario.Swing;
        double time = _now, zone = (tenant.Index % 3) switch { 0 => 0, 1 => 0.08, _ => 0.3 };
        do
        {
            time -= Math.Log(1 - _arrivals.NextDouble()) / (rate * (1 + swing));
            if (time > _scenario.Duration) return;
        }
        while (_arrivals.NextDouble() > (1 + (swing * Math.Sin(2 * Math.PI * ((time / _scenario.Duration) - 0.25 + zone)))) / (1 + swing));

        At(time, () =>
        {
            double drawn = _arrivals.NextDouble();
            RequestClass kind = _scenario.Mix.First(k => (drawn -= k.Share) < 0 || k == _scenario.Mix[^1]);
            Submit(tenant, kind, 1 + (int)(-Math.Log(1 - _arrivals.NextDouble()) * (kind.Samples - 0.5)));
            ArriveNext(tenant, rate);
        });
    }

    private void Submit(SimulatedTenant tenant, RequestClass kind, int samples)
    {
        var request = new SimulatedRequest(tenant, kind, samples, _now, _submitted++);
        Write(ClusterCost.WritesPerSubmission, () => Call(1, () =>
        {
            request.Queued = _now;
            _requests.Add(request.Entry, request);
            _share.Enqueue(request.Entry);
            WakeSilos(after: 0);
        }));
    }

    // When work arrives, silos with free slots whose reports the dispatcher has not answered yet receive it without asking again.
    private void WakeSilos(double after)
    {
        double time = _now + after;
        if (time >= _wakeAt || _free.Count == 0) return;
        _wakeAt = time;
        At(time, () =>
        {
            if (_wakeAt != time) return;
            _wakeAt = double.PositiveInfinity;
            for (int i = 0; i < SilosPerWake && _free.Count > 0; i++)
                if (Offer(_free[_random.Next(_free.Count)]) is DispatchOutcome.NothingWaits or DispatchOutcome.AllAtLimit) return;
            WakeSilos(after: ClusterCost.ReportSeconds * SilosPerWake / _silos.Length);
        });
    }

    private DispatchOutcome Offer(int index)
    {
        SimulatedSilo silo = _silos[index];
        Decision decision;
        do
        {
            decision = _share.Next(silo.Room, Now);
            double decided = _dispatcher.Serve(_now, _scenario.Cost.DecisionMicroseconds / 1e6);
            if (decision is not { Outcome: DispatchOutcome.Chosen, Entry: { } entry }) break;
            SimulatedJob job = Choose(_requests[entry], decision.Index);
            if (!silo.Capacity.TryTake(job.Id, entry.Memory)) throw new InvalidOperationException($"{job.Id} does not fit {silo.Name}");
            silo.Running.Add(job);
            int process = silo.Process;
            At(decided, () => Write(1, () => Begin(index, process, job)));
        }
        while (silo.HasFreeSlot);
        SetFree(index);
        return decision.Outcome;
    }

    // Durations vary; otherwise the samples of a request would write at the same time.
    private SimulatedJob Choose(SimulatedRequest request, int index) => new(
        request, index, _now, request.Left.GetValueOrDefault(index, request.Kind.Seconds * (0.9 + (0.2 * _random.NextDouble()))));

    private void Begin(int index, int process, SimulatedJob job)
    {
        SimulatedSilo silo = _silos[index];
        if (silo.Process != process) return;
        SimulatedRequest request = job.Request;
        if (!request.Started)
        {
            request.Started = true;
            request.Tenant.FirstWaits.Add((float)(_now - request.Arrived));
            request.Tenant.StartLatencies.Add((float)(_now - request.Arrived - (job.Chosen - request.Queued)));
        }

        if (_now >= _scenario.Duration / 2) request.Tenant.Served += request.Kind.Seconds;
        bool hit = silo.Use(request);
        double cold = hit ? 0 : request.Kind.ColdSeconds;
        _result.Start(hit);
        job.WorkBegins = _now + cold;

        // Nothing waits for checkpoints, so those of a sample are written in one event.
        At(job.WorkBegins + (job.Work * _random.NextDouble()), () => Write(request.Kind.Checkpoints, null));
        At(job.WorkBegins + job.Work, () => Write(1, () => End(index, process, job, cold)));
    }

    private void End(int index, int process, SimulatedJob job, double cold)
    {
        SimulatedSilo silo = _silos[index];
        if (silo.Process != process) return;
        SimulatedRequest request = job.Request;
        _result.Worked(job.Work, cold, job.Work);
        _result.Done();
        silo.Running.Remove(job);
        silo.Capacity.Release(job.Id, succeeded: true);
        if (request.Collect(_now, 1 / _scenario.Cost.GrainWritesPerSecond)) Write(1, null);
        Call(ClusterCost.CallsPerJob, () =>
        {
            _share.Finished(request.Tenant.Name, request.Entry.Key, job.Index);
            if (silo.HasFreeSlot && Offer(index) is DispatchOutcome.NoRoom or DispatchOutcome.KeepsRoom) WakeSilos(after: ClusterCost.ReportSeconds);
        });
    }

    private void BeginCrashes()
    {
        for (int i = 0; i < _silos.Length; i++) CrashLater(i);
        if (_scenario.LostAtHalf <= 0) return;
        At(_scenario.Duration / 2, () =>
        {
            for (int i = 0; i < _silos.Length * _scenario.LostAtHalf; i++) Crash(i);
        });
    }

    private void CrashLater(int index)
    {
        if (_scenario.CrashesPerDay <= 0) return;
        double time = _now - (Math.Log(1 - _random.NextDouble()) * 86_400 / _scenario.CrashesPerDay);
        int process = _silos[index].Process;
        if (time >= _scenario.Duration) return;
        At(time, () =>
        {
            if (_silos[index].Process == process) Crash(index);
        });
    }

    private void Crash(int index)
    {
        SimulatedSilo silo = _silos[index];
        if (!silo.Alive) return;
        silo.Crash();
        SetFree(index);
        SimulatedJob[] lost = [.. silo.Running];
        foreach (SimulatedJob job in lost)
        {
            double done = Math.Clamp(_now - job.WorkBegins, 0, job.Work), redone = Math.Min(done, _random.NextDouble() * _scenario.CheckpointSeconds);
            _result.Worked(done, 0, done - redone);
            _result.Interrupted++;
            job.Request.Left[job.Index] = job.Work - (done - redone);
        }

        At(_now + _scenario.Detection, () => Call(1, () =>
        {
            _share.RemoveSilo(silo.Name);
            foreach (SimulatedJob job in lost) _share.Return(job.Request.Tenant.Name, job.Request.Entry.Key, job.Index, Now, refund: false);
            WakeSilos(after: 0);
        }));
        At(_now + _scenario.Replacement, () => Call(1, () =>
        {
            silo.Restart();
            CrashLater(index);
            Offer(index);
        }));
    }

    private void SetFree(int index)
    {
        bool free = _silos[index].HasFreeSlot;
        if (free == _place[index] >= 0) return;
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

    private void Call(int calls, Action action) => At(_dispatcher.Serve(_now, calls * _scenario.Cost.CallMicroseconds / 1e6), action);

    // A grain's writes are sequential; all grains share the storage.
    private void Write(int writes, Action? action)
    {
        _result.Writes += writes;
        double served = _storage.Serve(_now, writes / _scenario.Cost.WritesPerSecond);
        if (action is not null) At(Math.Max(served, _now + (writes / _scenario.Cost.GrainWritesPerSecond)), action);
    }

    private void At(double time, Action action) => _events.Enqueue(action, (time, _order++));
}
