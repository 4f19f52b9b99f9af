using BenchmarkDotNet.Attributes;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Indices;

namespace Vgpnn.Benchmarks;

/// <summary>Scheduling decisions of the dispatcher for 2,000 tenants with five requests of 1,000 samples each.</summary>
public class FairShares
{
    private const int Tenants = 2000, RequestsEach = 5;
    private const long Now = 1_000_000;

    private readonly WorkerRoom _empty = new() { Silo = "silo", FreeSlots = 1, Memory = 1 << 20, TotalMemory = 1 << 20 };
    private readonly WorkerRoom _full = new() { Silo = "silo", FreeSlots = 1, Memory = 4, TotalMemory = 10 };
    private readonly WorkerRoom _crowded = new() { Silo = "silo", FreeSlots = 1, Memory = 10, TotalMemory = 1 << 20 };
    private readonly FairShare _share = new();

    [GlobalSetup]
    public void Setup()
    {
        for (int tenant = 0; tenant < Tenants; tenant++)
        {
            _share.Configure($"{tenant}", 1 + (tenant % 4), int.MaxValue);
            for (int request = 0; request < RequestsEach; request++)
            {
                // Only the last tenant has a job that is small enough for a crowded worker.
                _share.Enqueue(new QueueEntry
                {
                    Tenant = $"{tenant}",
                    Key = $"request/{request}",
                    Created = Now - request,
                    Cost = 1 + (tenant % 7),
                    Memory = tenant == Tenants - 1 ? 5 : 20 + tenant,
                    LevelKey = $"{tenant}-{request}",
                    Waiting = IndexSet.Range(0, 1000),
                });
            }
        }
    }

    /// <summary>Chooses a job and returns it, so that the queue stays the same.</summary>
    [Benchmark]
    public bool Choose() => Give(_empty);

    /// <summary>Chooses a job when the only one that fits belongs to the last tenant.</summary>
    [Benchmark]
    public bool ChooseLast() => Give(_crowded);

    /// <summary>Looks for a job when none fits.</summary>
    [Benchmark]
    public DispatchOutcome NoRoom() => _share.Next(_full, Now).Outcome;

    /// <summary>Computes the queue position that the API shows for a request.</summary>
    [Benchmark]
    public int? WaitingAhead() => _share.WaitingAhead("1000", "request/0");

    private bool Give(WorkerRoom room)
    {
        Decision decision = _share.Next(room, Now);
        return _share.Return(decision.Entry!.Tenant, decision.Entry.Key, decision.Index, Now, refund: true);
    }
}
