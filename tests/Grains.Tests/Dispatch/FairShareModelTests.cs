using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Indices;
using Vgpnn.Testing;

namespace Vgpnn.Grains.Tests.Dispatch;

public class FairShareModelTests
{
    private static readonly string[] Tenants = ["a", "b", "c"];
    private static readonly string[] Keys = ["request/1", "request/2", "video/1"];
    private static readonly string[] Silos = ["silo-1", "silo-2"];

    // Costs and weights are powers of two, so that sums of quotients are exact in any order.
    private static readonly Gen<QueueEntry> Entries =
        from tenant in Gen.Elements(Tenants)
        from key in Gen.Elements(Keys)
        from created in Gen.Choose(0, 3)
        from memory in Gen.Elements(1, 4, 9, 12)
        from device in Gen.Elements<long?>(null, null, null, 2, 5)
        from cost in Gen.Elements(0.5, 1, 2, 8)
        from levels in Gen.Elements("x", "y", null)
        from waiting in Gen.ArrayOf(Gen.Choose(0, 7))
        select new QueueEntry
        {
            Tenant = tenant,
            Key = key,
            Created = 20_000 * created,
            Priority = key.StartsWith("video", StringComparison.Ordinal) ? 1 : 0,
            Memory = memory,
            DeviceMemory = device,
            Cost = cost,
            LevelKey = levels,
            Waiting = IndexSet.Of(waiting),
        };

    private static readonly Gen<WorkerRoom> Rooms =
        from silo in Gen.Elements(Silos)
        from slots in Gen.Frequency((9, Gen.Constant(2)), (1, Gen.Constant(0)))
        from memory in Gen.Choose(0, 10)
        from device in Gen.Elements<long?>(null, 3, 8)
        from levels in Gen.Elements<string[]>([], ["x"], ["x", "y"])
        select new WorkerRoom { Silo = silo, FreeSlots = slots, Memory = memory, TotalMemory = 10, DeviceMemory = device, WarmLevels = levels.ToHashSet() };

    private static readonly Gen<Action<World>> Steps = Gen.Frequency(
        (4, from entry in Entries from replace in Gen.Elements(false, false, true) select (Action<World>)(w => w.Enqueue(entry, replace))),
        (12, from room in Rooms select (Action<World>)(w => w.Next(room))),
        (6, from choice in Gen.Choose(0, 99) select (Action<World>)(w => w.Finish(choice))),
        (4, from choice in Gen.Choose(0, 99)
            from pause in Gen.Elements(0, 0, 5_000, 45_000)
            from refund in Gen.Elements(true, false)
            select (Action<World>)(w => w.Return(choice, pause, refund))),
        (1, from entry in Entries from index in Gen.Choose(0, 9) select (Action<World>)(w => w.Cancel(entry, index))),
        (1, from entry in Entries select (Action<World>)(w => w.Remove(entry))),
        (1, from entry in Entries from index in Gen.Choose(0, 9) select (Action<World>)(w => w.Adopt(entry, index))),
        (1, from entry in Entries from index in Gen.Choose(0, 9) select (Action<World>)(w => w.Finished(entry, index))),
        (1, from tenant in Gen.Elements(Tenants)
            from weight in Gen.Elements(1, 2, 4)
            from most in Gen.Elements(0, 1, 3, int.MaxValue)
            select (Action<World>)(w => w.Configure(tenant, weight, most))),
        (1, from silo in Gen.Elements(Silos) select (Action<World>)(w => w.RemoveSilo(silo))),
        (4, from time in Gen.Choose(1, 20_000) select (Action<World>)(w => w.Now += time)));

    [Fact]
    public void FairShare_agrees_with_a_plain_model_after_any_sequence_of_operations()
    {
        var outcomes = new HashSet<DispatchOutcome>();
        Properties.Holds(
            Steps.ArrayOf(120),
            steps =>
            {
                var world = new World();
                foreach (Action<World> step in steps)
                {
                    step(world);
                    world.Compare();
                }

                outcomes.UnionWith(world.Outcomes);
            },
            count: 300);
        Assert.Equal(Enum.GetValues<DispatchOutcome>(), outcomes.Order());
    }

    private sealed class World
    {
        private readonly FairShare _share = new();
        private readonly QueueModel _model = new();

        public HashSet<DispatchOutcome> Outcomes { get; } = [];

        public long Now { get; set; }

        public void Compare()
        {
            foreach (string tenant in Tenants)
            {
                Assert.Equal(_model.Counts(tenant), _share.Counts(tenant));
                foreach (string key in Keys) Assert.Equal(_model.WaitingAhead(tenant, key), _share.WaitingAhead(tenant, key));
            }

            Assert.Equal(_model.NextDue is { } due ? Math.Max(Now, due) : null, _share.NextDue(Now));
            Assert.Equal(Tenants.Where(t => _model.Counts(t) is var c && c.Waiting + c.Running > 0), _share.Tenants.Order(StringComparer.Ordinal));
        }

        public void Next(WorkerRoom room)
        {
            HashSet<(string, string, int)> running = [.. _model.Running];
            Decision expected = _model.Next(room, Now), actual = _share.Next(room, Now);
            Assert.Equal(expected, actual);
            Outcomes.Add(actual.Outcome);
            if (actual is { Outcome: DispatchOutcome.Chosen, Entry: { } entry }) Assert.DoesNotContain((entry.Tenant, entry.Key, actual.Index), running);
        }

        public void Enqueue(QueueEntry entry, bool replace) => Assert.Equal(_model.Enqueue(entry, replace), _share.Enqueue(entry, replace));

        public void Remove(QueueEntry entry) => Assert.Equal(_model.RemoveEntry(entry.Tenant, entry.Key), _share.RemoveEntry(entry.Tenant, entry.Key));

        public void Cancel(QueueEntry entry, int index) =>
            Assert.Equal(_model.Cancel(entry.Tenant, entry.Key, index), _share.Cancel(entry.Tenant, entry.Key, index));

        public void Adopt(QueueEntry entry, int index) =>
            Assert.Equal(_model.Adopt(entry.Tenant, entry.Key, index, entry.Cost), _share.Adopt(entry.Tenant, entry.Key, index, entry.Cost));

        public void Finished(QueueEntry entry, int index) =>
            Assert.Equal(_model.Finished(entry.Tenant, entry.Key, index), _share.Finished(entry.Tenant, entry.Key, index));

        public void Finish(int choice)
        {
            if (Running(choice) is not { } job) return;
            Assert.True(_model.Finished(job.Tenant, job.Key, job.Index));
            Assert.True(_share.Finished(job.Tenant, job.Key, job.Index));
        }

        public void Return(int choice, int pause, bool refund)
        {
            if (Running(choice) is not { } job) return;
            Assert.Equal(
                _model.Return(job.Tenant, job.Key, job.Index, Now + pause, refund),
                _share.Return(job.Tenant, job.Key, job.Index, Now + pause, refund));
        }

        public void Configure(string tenant, int weight, int maxRunning)
        {
            _model.Configure(tenant, weight, maxRunning);
            _share.Configure(tenant, weight, maxRunning);
        }

        public void RemoveSilo(string silo)
        {
            _model.RemoveSilo(silo);
            _share.RemoveSilo(silo);
        }

        private (string Tenant, string Key, int Index)? Running(int choice)
        {
            (string Tenant, string Key, int Index)[] running = [.. _model.Running.Order()];
            return running.Length == 0 ? null : running[choice % running.Length];
        }
    }
}
