using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Dispatch;

namespace Vgpnn.Grains.Tests;

/// <summary>Decisions of a dispatcher, with a fake clock.</summary>
public class DispatchBoardTests
{
    private readonly DispatchBoard _board = new(lease: 3_000);
    private readonly Dictionary<string, long> _sequences = [];
    private long _now = 1_000_000;

    [Fact]
    public void Long_job_gives_way_to_a_waiting_tenant_which_comes_next()
    {
        Queue("a", "request/1", "0-9");
        JobOrder first = Assert.Single(Report("w", free: 1).Start);
        _now += 31_000;
        Assert.Empty(Report("w", running: [first]).Release);
        Queue("b", "request/2", "0-9");
        _board.AskToRelease(_now);
        Assert.Equal([first.Id], Report("w", running: [first]).Release);
        _board.AskToRelease(_now);
        Assert.Empty(Report("w", running: [first]).Release);

        // It ends at its checkpoint, and the other tenant gets the slot.
        JobOrder next = Assert.Single(Report("w", free: 1, ended: [(first, JobOutcome.Released)]).Start);
        Assert.Equal("b", next.Job.Tenant);
        JobOrder again = Assert.Single(Report("w", free: 1, ended: [(next, JobOutcome.Done)]).Start);
        Assert.Equal(first.Job, again.Job);
    }

    [Fact]
    public void Job_gives_way_to_no_tenant_that_could_not_use_its_slot()
    {
        Queue("a", "request/1", "0-9");
        Queue("b", "request/2", "0-9", maxRunning: 1);
        IReadOnlyList<JobOrder> orders = Report("w", free: 3).Start;
        Assert.Equal(["a", "a", "b"], orders.Select(o => o.Job.Tenant).Order(StringComparer.Ordinal));
        _now += 31_000;
        _board.AskToRelease(_now);
        string[] released = [.. Report("w", running: orders).Release];
        Assert.All(released, r => Assert.Equal("b", orders.Single(o => o.Id == r).Job.Tenant));
    }

    [Fact]
    public void Jobs_do_not_give_way_while_a_slot_is_free_or_no_other_tenant_waits()
    {
        Queue("a", "request/1", "0-9");
        JobOrder first = Assert.Single(Report("w", free: 1).Start);
        _now += 60_000;
        _board.AskToRelease(_now);
        Assert.Empty(Report("w", running: [first]).Release);
    }

    [Fact]
    public void Job_of_a_lost_worker_learns_how_many_were_lost_with_it()
    {
        Queue("a", "request/1", "0-2");
        IReadOnlyList<JobOrder> orders = Report("w", free: 2).Start;
        Assert.Equal(2, orders.Count);
        Report("w", running: orders);
        Report("w", running: [orders[0]], ended: [(orders[1], JobOutcome.Done)]);
        _now += 3_001;
        Assert.True(_board.RemoveLost(_now));
        JobOrder again = Report("v", free: 2).Start.Single(o => o.Job == orders[0].Job);
        Assert.Equal(0, again.LostBeside);
    }

    [Fact]
    public void Worker_whose_silo_is_dead_is_lost_before_its_lease_is_over()
    {
        Queue("a", "request/1", "0");
        var silo = Orleans.Runtime.SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1);
        JobOrder order = Assert.Single(Report("w", free: 1, silo: silo).Start);
        Assert.False(_board.RemoveLost(_now, _ => false));
        Assert.True(_board.RemoveLost(_now, s => s.Equals(silo)));
        Assert.Equal(order.Job, Assert.Single(Report("v", free: 1).Start).Job);
    }

    [Fact]
    public void Order_that_a_report_does_not_name_is_given_again()
    {
        Queue("a", "request/1", "0");
        JobOrder lost = Assert.Single(Report("w", free: 1).Start);
        JobOrder again = Assert.Single(Report("w", free: 1).Start);
        Assert.Equal((lost.Job, false), (again.Job, lost.Id == again.Id));
        Assert.Empty(Report("w", running: [again]).Start);
    }

    [Fact]
    public void Orders_that_a_leaving_worker_never_saw_go_elsewhere()
    {
        Queue("a", "request/1", "0-1");

        // Its long poll is not answered yet when it leaves.
        Accept("w", free: 2);
        _board.Dispatch(_now);
        Accept("w", free: 0, leaving: true);
        Assert.Equal([0, 1], Report("v", free: 2).Start.Select(o => o.Job.Index).Order());

        // A report that was overtaken does not bring it back.
        Assert.Null(_board.Accept(NewReport("w", 5, [], [], false, null), _now));
        Assert.Equal(["v"], _board.Workers.Select(w => w.Report.Worker));
    }

    [Fact]
    public void Job_named_as_running_and_as_ended_at_once_has_ended()
    {
        Queue("a", "request/1", "0");
        JobOrder order = Assert.Single(Report("w", free: 1).Start);
        Assert.Empty(Report("w", free: 0, running: [order], ended: [(order, JobOutcome.Retry)], pause: 5_000).Start);
        Assert.Empty(Report("w", free: 1).Start);
        _now += 5_001;
        Assert.Equal(order.Job, Assert.Single(Report("w", free: 1).Start).Job);
    }

    [Fact]
    public void Stop_that_was_lost_is_repeated_while_the_job_runs()
    {
        Queue("a", "request/1", "0");
        JobOrder order = Assert.Single(Report("w", free: 1).Start);
        Report("w", running: [order]);
        _board.Remove("a", "request/1");
        Assert.Equal([order.Id], Report("w", running: [order]).Stop);
        _now += 600;
        Assert.Equal([order.Id], Report("w", running: [order]).Stop);
        _now += 600;
        Assert.Empty(Report("w", free: 1).Stop);
        Assert.Equal(default, _board.Counts("a"));
    }

    [Fact]
    public void Replaced_worker_is_ordered_to_stop()
    {
        Queue("a", "request/1", "0");
        JobOrder order = Assert.Single(Report("w", free: 1).Start);
        Report("w", running: [order]);
        _now += 3_001;
        _board.RemoveLost(_now);
        JobOrder again = Assert.Single(Report("v", free: 1).Start);
        Assert.Equal([order.Id], Report("w", running: [order]).Stop);
        Assert.Empty(Report("v", running: [again]).Stop);
    }

    [Fact]
    public void Adopted_job_that_was_cancelled_meanwhile_is_stopped()
    {
        var wanted = new JobOrder { Id = "wanted", Job = JobKey.Sample("a", "1", 0) };
        var cancelled = new JobOrder { Id = "cancelled", Job = JobKey.Sample("a", "1", 1) };
        var unknown = new JobOrder { Id = "unknown", Job = JobKey.Sample("a", "2", 0) };
        Assert.Empty(Report("w", running: [wanted, cancelled, unknown]).Stop);
        Assert.True(_board.HasAdopted);
        IReadOnlyList<Assignment> adopted = _board.Adopted("a");
        Assert.Empty(_board.Adopted("b"));
        _board.Verify(adopted, [new QueueItem { Entry = "request/1", Indices = "0,2-5" }]);
        Assert.False(_board.HasAdopted);
        Assert.Equal(["cancelled", "unknown"], Report("w", running: [wanted, cancelled, unknown]).Stop.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Device_batch_has_as_many_samples_of_one_request_as_fit()
    {
        // 10 for one, 4 for each further: 9 take 42 of 45 bytes.
        QueueForDevice("a", "request/1", "0-19");
        QueueForDevice("b", "request/2", "0-1");
        IReadOnlyList<JobOrder> orders = Report("w", free: 1, device: 45).Start;
        Assert.Equal(Enumerable.Range(0, 9), orders.Select(o => o.Job.Index));
        Assert.All(orders, o => Assert.Equal("a", o.Job.Tenant));
        Assert.NotNull(Assert.Single(orders.Select(o => o.Batch).Distinct()));
        Assert.Equal(42, orders.Sum(o => o.DeviceMemory));

        // The whole batch took one slot, and the other tenant is next.
        IReadOnlyList<JobOrder> next = Report("w", free: 1, device: 45, ended: [.. orders.Select(o => (o, JobOutcome.Done))]).Start;
        Assert.Equal([("b", 0), ("b", 1)], next.Select(o => (o.Job.Tenant, o.Job.Index)));
    }

    [Fact]
    public void Batch_has_at_most_sixteen_samples_and_no_more_than_its_tenant_may_run()
    {
        QueueForDevice("a", "request/1", "0-99");
        Assert.Equal(16, Report("w", free: 1, device: 10_000).Start.Count);
        QueueForDevice("b", "request/2", "0-99", maxRunning: 3);
        Assert.Equal(["b", "b", "b"], Report("v", free: 1, device: 10_000).Start.Select(o => o.Job.Tenant));
    }

    [Fact]
    public void Samples_that_were_lost_with_their_device_are_made_alone()
    {
        QueueForDevice("a", "request/1", "0-2");
        Assert.Equal(3, Report("w", free: 1, device: 100).Start.Count);
        _now += 10_000;
        Assert.True(_board.RemoveLost(_now));
        for (int i = 0; i < 3; i++)
        {
            JobOrder alone = Assert.Single(Report("v", free: 1, device: 100).Start);
            Assert.Equal((i, null, 2), (alone.Job.Index, alone.Batch, alone.LostBeside));
            Assert.Empty(Report("v", free: 0, ended: [(alone, JobOutcome.Done)]).Start);
        }
    }

    private void QueueForDevice(string tenant, string entry, string indices, int maxRunning = 100)
    {
        _board.Configure(new QueueOwner { Tenant = tenant, Name = tenant, MaxRunning = maxRunning });
        _board.Enqueue(
            tenant, new QueueItem { Entry = entry, Created = _now, Indices = indices, Cost = 10, Memory = 1, DeviceMemory = 10, MoreDeviceMemory = 4 }, replace: true);
    }

    private void Queue(string tenant, string entry, string indices, int maxRunning = 100)
    {
        _board.Configure(new QueueOwner { Tenant = tenant, Name = tenant, MaxRunning = maxRunning });
        _board.Enqueue(tenant, new QueueItem { Entry = entry, Created = _now, Indices = indices, Cost = 10, Memory = 1 }, replace: true);
    }

    private WorkerOrders Report(
        string worker, int free = 0, IReadOnlyList<JobOrder>? running = null, IReadOnlyList<(JobOrder Order, JobOutcome Outcome)>? ended = null, long pause = 0,
        Orleans.Runtime.SiloAddress? silo = null, long? device = null)
    {
        BoardWorker accepted = Accept(worker, free, running, ended, pause, silo: silo, device: device)!;
        _board.Dispatch(_now);
        return accepted.Take();
    }

    private BoardWorker? Accept(
        string worker, int free, IReadOnlyList<JobOrder>? running = null, IReadOnlyList<(JobOrder Order, JobOutcome Outcome)>? ended = null, long pause = 0, bool leaving = false,
        Orleans.Runtime.SiloAddress? silo = null, long? device = null) =>
        _board.Accept(NewReport(worker, free, running ?? [], ended ?? [], leaving, silo, pause) with { DeviceMemory = device, FreeDeviceMemory = device }, _now);

    private WorkerReport NewReport(
        string worker, int free, IReadOnlyList<JobOrder> running, IReadOnlyList<(JobOrder Order, JobOutcome Outcome)> ended, bool leaving, Orleans.Runtime.SiloAddress? silo, long pause = 0) => new()
        {
            Worker = worker,
            Sequence = _sequences[worker] = _sequences.GetValueOrDefault(worker) + 1,
            Version = "test",
            Slots = 4,
            FreeSlots = free,
            Memory = 100,
            FreeMemory = 100,
            Running = [.. running.Select(o => new RunningJob(o.Id, o.Job))],
            Ended = [.. ended.Select(e => new EndedJob { Order = e.Order.Id, Job = e.Order.Job, Outcome = e.Outcome, Pause = TimeSpan.FromMilliseconds(pause) })],
            Draining = leaving,
            Leaving = leaving,
            Silo = silo,
        };
}
