using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Indices;

namespace Vgpnn.Grains.Tests.Dispatch;

/// <summary>Requests and workers for tests of the dispatcher's queue.</summary>
internal static class DispatchCases
{
    public const long LongAgo = 0, Now = 1_000_000;

    public static QueueEntry Request(string tenant, string id, int samples = 1, long memory = 1, long created = Now) => new()
    {
        Tenant = tenant,
        Key = $"request/{id}",
        Created = created,
        Cost = 1,
        Memory = memory,
        Waiting = IndexSet.Range(0, samples),
    };

    public static WorkerRoom Room(string silo = "silo", long memory = 1000, long total = 1000) =>
        new() { Silo = silo, FreeSlots = 1, Memory = memory, TotalMemory = total };

    public static (string? Tenant, int Index) Job(Decision decision) => (decision.Entry?.Tenant, decision.Index);
}
