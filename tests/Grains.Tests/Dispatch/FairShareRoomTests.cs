using Vgpnn.Grains.Dispatch;
using static Vgpnn.Grains.Tests.Dispatch.DispatchCases;

namespace Vgpnn.Grains.Tests.Dispatch;

/// <summary>Jobs that need much memory or the device.</summary>
public class FairShareRoomTests
{
    private readonly FairShare _share = new();

    [Fact]
    public void Small_jobs_run_beside_a_large_one_that_does_not_fit_yet()
    {
        _share.Enqueue(Request("a", "1", memory: 60, created: Now));
        _share.Enqueue(Request("b", "1", samples: 3, memory: 10, created: Now));
        Assert.Equal("b", _share.Next(Room(memory: 50, total: 100), Now).Entry?.Tenant);
        Assert.Equal(DispatchOutcome.NoRoom, _share.Next(Room(memory: 9, total: 100), Now).Outcome);
    }

    [Fact]
    public void Room_is_kept_for_a_large_job_that_has_waited_too_long()
    {
        QueueEntry large = Request("a", "1", memory: 60, created: LongAgo);
        _share.Enqueue(large);
        _share.Enqueue(Request("b", "1", samples: 9, memory: 10, created: LongAgo));
        for (int i = 0; i < 3; i++) Assert.Equal(new Decision(DispatchOutcome.KeepsRoom, large), _share.Next(Room(memory: 50, total: 100), Now));
        Assert.Equal(("a", 0), Job(_share.Next(Room(memory: 60, total: 100), Now)));
        Assert.Equal("b", _share.Next(Room(memory: 10, total: 100), Now).Entry?.Tenant);
    }

    [Fact]
    public void Room_is_kept_from_the_end_of_the_patience_on()
    {
        _share.Enqueue(Request("a", "1", memory: 60, created: Now - 30_000));
        Assert.Equal(DispatchOutcome.NoRoom, _share.Next(Room(memory: 50, total: 100), Now - 1).Outcome);
        Assert.Equal(DispatchOutcome.KeepsRoom, _share.Next(Room(memory: 50, total: 100), Now).Outcome);
    }

    [Fact]
    public void Room_is_kept_by_one_worker_per_waiting_job_while_other_workers_go_on()
    {
        _share.Enqueue(Request("a", "1", samples: 2, memory: 60, created: LongAgo));
        _share.Enqueue(Request("b", "1", samples: 99, memory: 10, created: LongAgo));
        DispatchOutcome[] outcomes = [.. Enumerable.Range(0, 10).Select(i => _share.Next(Room($"silo-{i}", memory: 50, total: 100), Now).Outcome)];
        Assert.Equal(2, outcomes.Count(o => o == DispatchOutcome.KeepsRoom));
        Assert.Equal(8, outcomes.Count(o => o == DispatchOutcome.Chosen));
        _share.RemoveEntry("a", "request/1");
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal("b", _share.Next(Room($"silo-{i}", memory: 50, total: 100), Now).Entry?.Tenant));
    }

    [Fact]
    public void Room_is_kept_by_another_worker_when_the_first_one_is_lost()
    {
        _share.Enqueue(Request("a", "1", memory: 60, created: LongAgo));
        _share.Enqueue(Request("b", "1", samples: 9, memory: 10, created: LongAgo));
        Assert.Equal(DispatchOutcome.KeepsRoom, _share.Next(Room("silo-1", memory: 50, total: 100), Now).Outcome);
        Assert.Equal(DispatchOutcome.Chosen, _share.Next(Room("silo-2", memory: 50, total: 100), Now).Outcome);
        _share.RemoveSilo("silo-1");
        Assert.Equal(DispatchOutcome.KeepsRoom, _share.Next(Room("silo-2", memory: 50, total: 100), Now).Outcome);
    }

    [Fact]
    public void Room_is_not_kept_for_jobs_that_never_fit_the_worker_or_need_the_device()
    {
        _share.Enqueue(Request("a", "1", memory: 101, created: LongAgo));
        _share.Enqueue(Request("a", "2", memory: 60, created: LongAgo) with { DeviceMemory = 1 });
        _share.Enqueue(Request("b", "1", memory: 10, created: LongAgo));
        Assert.Equal("b", _share.Next(Room(memory: 50, total: 100), Now).Entry?.Tenant);
        Assert.Equal(DispatchOutcome.NoRoom, _share.Next(Room(memory: 50, total: 100), Now).Outcome);
    }

    [Fact]
    public void Device_job_starts_only_on_a_worker_with_enough_free_device_memory()
    {
        _share.Enqueue(Request("a", "1") with { DeviceMemory = 8 });
        Assert.Equal(DispatchOutcome.NoRoom, _share.Next(Room(), Now).Outcome);
        Assert.Equal(DispatchOutcome.NoRoom, _share.Next(Room() with { DeviceMemory = 7 }, Now).Outcome);
        Assert.Equal(DispatchOutcome.Chosen, _share.Next(Room() with { DeviceMemory = 8 }, Now).Outcome);
    }
}
