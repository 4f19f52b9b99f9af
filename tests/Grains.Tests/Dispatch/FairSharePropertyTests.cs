using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Indices;
using Vgpnn.Testing;

namespace Vgpnn.Grains.Tests.Dispatch;

public class FairSharePropertyTests
{
    private const long Memory = 100;

    [Fact]
    public void Tenants_with_enough_work_never_differ_from_their_shares_by_more_than_one_job() => Properties.Holds(
        (from weight in Gen.Choose(1, 10)
         from cost in Properties.Between(0.1, 20)
         select (Weight: weight, Cost: cost)).ArrayOf(6),
        tenants =>
        {
            var share = new FairShare();
            for (int i = 0; i < tenants.Length; i++)
            {
                share.Configure($"{i}", tenants[i].Weight, int.MaxValue);
                share.Enqueue(Entry($"{i}", "request/1", samples: 100_000, tenants[i].Cost));
            }

            double largest = tenants.Max(t => t.Cost / t.Weight);
            var served = new double[tenants.Length];
            for (int step = 0; step < 500; step++)
            {
                Decision decision = share.Next(Room("silo", 1, Memory), 0);
                int tenant = int.Parse(decision.Entry!.Tenant, null);
                share.Finished(decision.Entry.Tenant, decision.Entry.Key, decision.Index);
                served[tenant] += tenants[tenant].Cost / tenants[tenant].Weight;
                Assert.True(served.Max() - served.Min() <= largest + 1e-6, $"{string.Join(' ', served)} after {step} jobs");
            }
        });

    [Fact]
    public void All_samples_run_exactly_once_on_any_workers_if_they_fit_one_of_them() => Properties.Holds(
        from entries in (from tenant in Gen.Choose(0, 4)
                         from samples in Gen.Choose(1, 12)
                         from memory in Gen.Choose(0, (int)Memory)
                         from seconds in Gen.Choose(1, 60)
                         from created in Gen.Choose(0, 100)
                         select (tenant, samples, memory, seconds, created)).ArrayOf(15)
        from limit in Gen.Choose(1, 8)
        select (entries, limit),
        c =>
        {
            var share = new FairShare();
            var cluster = new Cluster(share, silos: 3, slots: 4);
            var missing = new HashSet<(string, int)>();
            for (int i = 0; i < 5; i++) share.Configure($"{i}", 1 + (i % 3), c.limit);
            foreach (((int tenant, int samples, int memory, int seconds, int created), int i) in c.entries.Select((e, i) => (e, i)))
            {
                missing.UnionWith(Enumerable.Range(0, samples).Select(index => ($"request/{i}", index)));
                cluster.At(1000 * created, () => share.Enqueue(Entry($"{tenant}", $"request/{i}", samples, seconds, memory, 1000 * created)));
            }

            cluster.Started = (decision, _) =>
            {
                Assert.True(missing.Remove((decision.Entry!.Key, decision.Index)), $"{decision} ran twice");
                Assert.InRange(share.Counts(decision.Entry.Tenant).Running, 1, c.limit);
            };
            cluster.RunToEnd();
            Assert.Empty(missing);
            Assert.Empty(share.Tenants);
        });

    [Fact]
    public void Large_job_starts_in_bounded_time_beside_endless_small_ones() => Properties.Holds(
        from silos in Gen.Choose(1, 5)
        from tenants in Gen.Choose(1, 4)
        from memory in Gen.Choose(1, 50)
        from seconds in Gen.Choose(1, 40)
        select (silos, tenants, memory, seconds),
        c =>
        {
            var share = new FairShare();
            var cluster = new Cluster(share, c.silos, slots: 4);
            for (int i = 0; i < c.tenants; i++) share.Enqueue(Entry($"small-{i}", "request/1", 100_000, c.seconds, c.memory));
            cluster.At(500_000, () => share.Enqueue(Entry("large", "request/1", 1, 60, Memory, 500_000)));
            long? started = null;
            cluster.Started = (decision, now) =>
            {
                if (decision.Entry!.Tenant == "large") started = now;
            };
            cluster.Run(until: 700_000);

            // 30 s of patience; a job of every other tenant; the end of what runs on the worker that keeps room.
            Assert.InRange(started ?? long.MaxValue, 500_000, 500_000 + 30_000 + (1000L * c.seconds * 2) + 1000);
        });

    private static QueueEntry Entry(string tenant, string key, int samples, double cost, long memory = 1, long created = 0) => new()
    {
        Tenant = tenant,
        Key = key,
        Created = created,
        Cost = cost,
        Memory = memory,
        Waiting = IndexSet.Range(0, samples),
    };

    private static WorkerRoom Room(string silo, int slots, long memory) =>
        new() { Silo = silo, FreeSlots = slots, Memory = memory, TotalMemory = Memory };

    /// <summary>Workers that run every job for as many seconds as it costs.</summary>
    private sealed class Cluster(FairShare share, int silos, int slots)
    {
        private readonly PriorityQueue<Action, long> _events = new();
        private readonly int[] _running = new int[silos];
        private readonly long[] _memory = new long[silos];
        private long _now;

        public Action<Decision, long>? Started { get; set; }

        public void At(long time, Action action) => _events.Enqueue(action, time);

        public void RunToEnd() => Run(long.MaxValue);

        public void Run(long until)
        {
            while (_events.TryDequeue(out Action? action, out long time) && time <= until)
            {
                _now = time;
                action();
                for (int silo = 0; silo < silos; silo++) Fill(silo);
            }
        }

        private void Fill(int silo)
        {
            while (share.Next(Room($"silo-{silo}", slots - _running[silo], Memory - _memory[silo]), _now) is { Outcome: DispatchOutcome.Chosen, Entry: { } entry } decision)
            {
                _running[silo]++;
                _memory[silo] += entry.Memory;
                Assert.InRange(_running[silo], 1, slots);
                Assert.InRange(_memory[silo], 0, Memory);
                Started?.Invoke(decision, _now);
                At(_now + (long)(1000 * entry.Cost), () =>
                {
                    _running[silo]--;
                    _memory[silo] -= entry.Memory;
                    share.Finished(entry.Tenant, entry.Key, decision.Index);
                });
            }
        }
    }
}
