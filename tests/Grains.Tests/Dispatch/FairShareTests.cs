using Vgpnn.Grains.Dispatch;
using static Vgpnn.Grains.Tests.Dispatch.DispatchCases;

namespace Vgpnn.Grains.Tests.Dispatch;

public class FairShareTests
{
    private readonly FairShare _share = new();

    [Fact]
    public void Tenant_with_ten_thousand_samples_does_not_delay_the_first_sample_of_another()
    {
        for (int i = 0; i < 10; i++) _share.Enqueue(Request("loud", $"{i}", samples: 1000));
        for (int i = 0; i < 50; i++) Assert.Equal("loud", Next().Entry?.Tenant);
        _share.Enqueue(Request("quiet", "1"));
        Assert.Equal("quiet", Next().Entry?.Tenant);
    }

    [Fact]
    public void Tenant_that_was_idle_gets_its_share_but_no_more()
    {
        _share.Enqueue(Request("a", "1", samples: 1000));
        for (int i = 0; i < 500; i++) Next();
        _share.Enqueue(Request("b", "1", samples: 1000));
        Assert.InRange(Enumerable.Range(0, 100).Count(_ => Next().Entry?.Tenant == "b"), 50, 51);
    }

    [Fact]
    public void Tenant_at_its_limit_accrues_no_credit()
    {
        _share.Configure("a", weight: 1, maxRunning: 1);
        _share.Enqueue(Request("a", "1", samples: 1000));
        _share.Enqueue(Request("b", "1", samples: 1000));
        for (int i = 0; i < 500; i++) Next();
        _share.Configure("a", weight: 1, maxRunning: 1000);
        Assert.InRange(Enumerable.Range(0, 100).Count(_ => Next().Entry?.Tenant == "a"), 50, 51);
    }

    [Fact]
    public void Tenant_runs_no_more_jobs_than_its_limit()
    {
        _share.Configure("a", weight: 1, maxRunning: 2);
        _share.Enqueue(Request("a", "1", samples: 5));
        Assert.Equal([0, 1], [Next().Index, Next().Index]);
        Assert.Equal(new Decision(DispatchOutcome.AllAtLimit), Next());
        Assert.True(_share.Finished("a", "request/1", 1));
        Assert.Equal(2, Next().Index);
    }

    [Fact]
    public void Videos_go_before_older_samples_of_the_same_tenant()
    {
        _share.Enqueue(Request("a", "1", created: 5));
        _share.Enqueue(Request("a", "2", created: 4));
        _share.Enqueue(Request("a", "3", created: 6) with { Key = "video/1", Priority = 1 });
        Assert.Equal(["video/1", "request/2", "request/1"], Enumerable.Range(0, 3).Select(_ => Next().Entry?.Key));
        Assert.Equal(DispatchOutcome.NothingWaits, Next().Outcome);
    }

    [Fact]
    public void Returned_job_goes_first_and_a_refund_gives_its_cost_back()
    {
        foreach (bool refund in (bool[])[true, false])
        {
            var share = new FairShare();
            share.Enqueue(Request("a", "1", samples: 3, created: 2));
            share.Enqueue(Request("a", "0", samples: 3, created: 3));
            share.Enqueue(Request("b", "1", samples: 3));
            Assert.Equal(("a", 0), Job(share.Next(Room(), Now)));
            Assert.True(share.Return("a", "request/1", 0, Now, refund));
            Assert.Equal(refund ? ("a", 0) : ("b", 0), Job(share.Next(Room(), Now)));
        }
    }

    [Fact]
    public void Returned_job_of_a_younger_request_goes_before_an_older_request()
    {
        _share.Enqueue(Request("a", "young", created: 5));
        Next();
        _share.Enqueue(Request("a", "old", created: 4));
        Assert.True(_share.Return("a", "request/young", 0, Now, refund: true));
        Assert.Equal("request/young", Next().Entry?.Key);
    }

    [Fact]
    public void Job_that_pauses_after_an_error_waits_until_the_pause_is_over()
    {
        _share.Enqueue(Request("a", "1"));
        Next();
        Assert.Null(_share.NextDue(Now));
        Assert.True(_share.Return("a", "request/1", 0, Now + 500, refund: false));
        Assert.Equal(Now + 500, _share.NextDue(Now));
        Assert.Equal(Now + 900, _share.NextDue(Now + 900));
        Assert.Equal(new QueueCounts(Waiting: 1, Paused: 1, Running: 0, WaitingSince: null), _share.Counts("a"));
        Assert.Equal(DispatchOutcome.NothingWaits, _share.Next(Room(), Now + 499).Outcome);
        Assert.Equal(DispatchOutcome.Chosen, _share.Next(Room(), Now + 500).Outcome);
        Assert.Null(_share.NextDue(Now));
    }

    [Fact]
    public void Warm_levels_decide_only_between_requests_of_the_same_age()
    {
        WorkerRoom room = Room() with { WarmLevels = new HashSet<string> { "warm" } };
        _share.Enqueue(Request("a", "1", created: 1));
        _share.Enqueue(Request("a", "2", created: 2));
        _share.Enqueue(Request("a", "3", created: 2) with { LevelKey = "warm" });
        _share.Enqueue(Request("a", "4", created: 3) with { LevelKey = "warm" });
        IEnumerable<string?> order = Enumerable.Range(0, 4).Select(_ => _share.Next(room, Now).Entry?.Key);
        Assert.Equal(["request/1", "request/3", "request/2", "request/4"], order);
    }

    [Fact]
    public void Enqueue_of_a_known_entry_changes_nothing_unless_it_replaces()
    {
        Assert.True(_share.Enqueue(Request("a", "1", samples: 3)));
        Next();
        Assert.False(_share.Enqueue(Request("a", "1", samples: 9)));
        Assert.Equal(2, _share.Counts("a").Waiting);
        Assert.True(_share.Enqueue(Request("a", "1", samples: 9), replace: true));
        Assert.Equal((8, 1), (_share.Counts("a").Waiting, _share.Counts("a").Running));
    }

    [Fact]
    public void Adopted_jobs_are_not_started_again_whichever_comes_first_the_report_or_the_entry()
    {
        Assert.True(_share.Adopt("a", "request/1", 0, cost: 1));
        Assert.True(_share.Enqueue(Request("a", "1", samples: 4)));
        Assert.True(_share.Adopt("a", "request/1", 2, cost: 1));
        Assert.False(_share.Adopt("a", "request/1", 2, cost: 1));
        Assert.Equal([1, 3], [Next().Index, Next().Index]);
        Assert.Equal(new QueueCounts(Waiting: 0, Paused: 0, Running: 4, WaitingSince: null), _share.Counts("a"));
    }

    [Fact]
    public void Adopted_jobs_count_for_the_share_of_their_tenant()
    {
        for (int i = 0; i < 3; i++) _share.Adopt("a", "request/1", i, cost: 1);
        _share.Enqueue(Request("a", "1", samples: 9));
        _share.Enqueue(Request("b", "1", samples: 9));
        IEnumerable<string?> order = Enumerable.Range(0, 4).Select(_ => Next().Entry?.Tenant);
        Assert.Equal(["b", "b", "b", "a"], order);
    }

    [Fact]
    public void Cancelled_job_is_not_queued_again_when_its_worker_returns_it()
    {
        _share.Enqueue(Request("a", "1", samples: 3));
        Next();
        Assert.False(_share.Cancel("a", "request/1", 0));
        Assert.True(_share.Cancel("a", "request/1", 1));
        Assert.Equal(1, _share.Counts("a").Running);
        Assert.False(_share.Return("a", "request/1", 0, Now, refund: false));
        Assert.Equal(2, Next().Index);
        Assert.Equal(DispatchOutcome.NothingWaits, Next().Outcome);
    }

    [Fact]
    public void Cancelled_job_can_be_queued_and_returned_again_after_it_has_stopped()
    {
        _share.Enqueue(Request("a", "1", samples: 2));
        Next();
        _share.Cancel("a", "request/1", 0);
        Assert.False(_share.Return("a", "request/1", 0, Now, refund: false));
        _share.Enqueue(Request("a", "1", samples: 2), replace: true);
        Assert.Equal(0, Next().Index);
        Assert.True(_share.Return("a", "request/1", 0, Now, refund: false));
    }

    [Fact]
    public void Pause_of_an_entry_that_was_removed_does_not_end_in_its_successor()
    {
        _share.Enqueue(Request("a", "1"));
        Next();
        _share.Return("a", "request/1", 0, Now + 10, refund: false);
        _share.RemoveEntry("a", "request/1");
        _share.Enqueue(Request("a", "1"));
        Assert.Equal(0, Next().Index);
        Assert.Equal(DispatchOutcome.NothingWaits, _share.Next(Room(), Now + 10).Outcome);
        Assert.Equal(1, _share.Counts("a").Running);
    }

    [Fact]
    public void Removed_entry_counts_its_running_jobs_until_they_have_finished()
    {
        _share.Enqueue(Request("a", "1", samples: 3));
        Next();
        Assert.True(_share.RemoveEntry("a", "request/1"));
        Assert.Equal(new QueueCounts(Waiting: 0, Paused: 0, Running: 1, WaitingSince: null), _share.Counts("a"));
        Assert.Equal(["a"], _share.Tenants);
        Assert.True(_share.Finished("a", "request/1", 0));
        Assert.Empty(_share.Tenants);
        Assert.False(_share.RemoveEntry("a", "request/1"));
        Assert.False(_share.Finished("a", "request/1", 0));
    }

    [Fact]
    public void Finished_job_that_already_waits_again_is_not_started_again()
    {
        _share.Enqueue(Request("a", "1"));
        Next();
        _share.Return("a", "request/1", 0, Now, refund: false);
        Assert.True(_share.Finished("a", "request/1", 0));
        Assert.Equal(DispatchOutcome.NothingWaits, Next().Outcome);
    }

    [Fact]
    public void TakeMore_takes_jobs_of_the_same_entry_up_to_the_limit_of_the_tenant_and_charges_them()
    {
        _share.Configure("a", weight: 1, maxRunning: 6);
        _share.Enqueue(Request("a", "1", samples: 8));
        _share.Enqueue(Request("b", "1", samples: 8));
        QueueEntry entry = Next().Entry!;
        Assert.Equal("1-3", _share.TakeMore(entry, 3).ToString());
        Assert.Equal(4, Enumerable.Range(0, 4).Count(_ => Next().Entry?.Tenant == "b"));
        Assert.Equal("4-5", _share.TakeMore(entry, 16).ToString());
        Assert.True(_share.TakeMore(entry, 16).IsEmpty);
    }

    [Fact]
    public void WaitingAhead_counts_due_jobs_of_the_tenant_that_start_earlier()
    {
        _share.Enqueue(Request("a", "1", samples: 20, created: 1));
        _share.Enqueue(Request("a", "2", samples: 5, created: 2));
        _share.Enqueue(Request("b", "1", samples: 100, created: 0));
        Next();
        Next();
        Assert.Equal(0, _share.WaitingAhead("a", "request/1"));
        Assert.Equal(19, _share.WaitingAhead("a", "request/2"));
        Assert.Null(_share.WaitingAhead("a", "request/3"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Enqueue_rejects_costs_that_are_not_positive_and_finite(double cost) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _share.Enqueue(Request("a", "1") with { Cost = cost }));

    private Decision Next() => _share.Next(Room(), Now);
}
