using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Testing;

namespace Vgpnn.Grains.Tests.Dispatch;

public class SiloCapacityTests
{
    [Fact]
    public void Capacity_doubles_the_allowed_jobs_with_every_job_that_ends_well()
    {
        var capacity = new SiloCapacity(slots: 6, memory: 100);
        foreach (int allowed in (int[])[1, 2, 4, 6, 6])
        {
            Assert.Equal(allowed, capacity.Allowed);
            Assert.Equal(allowed, capacity.FreeSlots);
            Assert.True(capacity.TryTake("a", 1));
            capacity.Release("a", succeeded: true);
        }
    }

    [Fact]
    public void Capacity_does_not_grow_when_a_job_does_not_end_well()
    {
        var capacity = new SiloCapacity(slots: 4, memory: 100);
        Assert.True(capacity.TryTake("a", 1));
        capacity.Release("a");
        capacity.Release("unknown", succeeded: true);
        Assert.Equal(1, capacity.Allowed);
    }

    [Fact]
    public void Capacity_gives_a_job_its_part_only_once()
    {
        var capacity = new SiloCapacity(slots: 1, memory: 10);
        Assert.True(capacity.TryTake("a", 7));
        Assert.True(capacity.TryTake("a", 7));
        Assert.Equal(3, capacity.FreeMemory);
        Assert.True(capacity.Has("a"));
        capacity.Release("a");
        Assert.False(capacity.Has("a"));
        Assert.Equal(10, capacity.FreeMemory);
    }

    [Fact]
    public void Capacity_lets_one_job_at_a_time_use_the_device()
    {
        SiloCapacity capacity = Grown(slots: 4, deviceMemory: 50);
        Assert.Equal(50, capacity.FreeDeviceMemory);
        Assert.False(capacity.TryTake("large", 1, 51));
        Assert.True(capacity.TryTake("a", 1, 20));
        Assert.Null(capacity.FreeDeviceMemory);
        Assert.False(capacity.TryTake("b", 1, 20));
        Assert.True(capacity.TryTake("cpu", 1));
        capacity.Release("a");
        Assert.True(capacity.TryTake("b", 1, 20));
    }

    [Fact]
    public void Capacity_rejects_device_jobs_when_there_is_no_device_or_it_does_not_work()
    {
        Assert.False(new SiloCapacity(slots: 1, memory: 10).TryTake("a", 1, 0));
        Assert.Null(new SiloCapacity(slots: 1, memory: 10).FreeDeviceMemory);
        bool works = false;
        var capacity = new SiloCapacity(slots: 1, memory: 10, deviceMemory: 5, () => works);
        Assert.Null(capacity.FreeDeviceMemory);
        Assert.False(capacity.TryTake("a", 1, 1));
        works = true;
        Assert.True(capacity.TryTake("a", 1, 1));
    }

    [Fact]
    public void Capacity_is_never_exceeded_by_any_sequence_of_takes_and_releases() => Properties.Holds(
        Gen.ArrayOf(
            from job in Gen.Choose(0, 9)
            from take in Gen.Elements(true, true, false)
            from memory in Gen.Choose(0, 60)
            from device in Gen.Choose(-30, 30)
            select (Job: $"job-{job}", take, memory, Device: device < 0 ? (long?)null : device)),
        steps =>
        {
            var capacity = new SiloCapacity(slots: 5, memory: 100, deviceMemory: 20);
            var model = new Dictionary<string, (long Memory, long? Device)>();
            int allowed = 1;
            foreach ((string job, bool take, int memory, long? device) in steps)
            {
                if (take)
                {
                    bool fits = model.Count < allowed && model.Values.Sum(j => j.Memory) + memory <= 100
                        && (device is null || (device <= 20 && model.Values.All(j => j.Device is null)));
                    Assert.Equal(fits || model.ContainsKey(job), capacity.TryTake(job, memory, device));
                    if (fits) model.TryAdd(job, (memory, device));
                }
                else
                {
                    capacity.Release(job, succeeded: true);
                    if (model.Remove(job)) allowed = Math.Min(2 * allowed, 5);
                }

                Assert.Equal(allowed, capacity.Allowed);
                Assert.Equal(allowed - model.Count, capacity.FreeSlots);
                Assert.Equal(100 - model.Values.Sum(j => j.Memory), capacity.FreeMemory);
                Assert.Equal(model.Values.Any(j => j.Device is not null) ? null : 20, capacity.FreeDeviceMemory);
            }
        });

    [Fact]
    public void Capacity_is_not_exceeded_by_concurrent_takes()
    {
        SiloCapacity capacity = Grown(slots: 8, deviceMemory: 1);
        int taken = 0;
        Parallel.For(0, 64, i =>
        {
            if (capacity.TryTake($"job-{i}", 10)) Interlocked.Increment(ref taken);
        });
        Assert.Equal(8, taken);
        Assert.Equal(0, capacity.FreeSlots);
        Assert.Equal(20, capacity.FreeMemory);
    }

    private static SiloCapacity Grown(int slots, long deviceMemory)
    {
        var capacity = new SiloCapacity(slots, memory: 100, deviceMemory);
        while (capacity.Allowed < slots)
        {
            capacity.TryTake("ramp-up", 0);
            capacity.Release("ramp-up", succeeded: true);
        }

        return capacity;
    }
}
