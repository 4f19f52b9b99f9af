using Vgpnn.Grains.State;

namespace Vgpnn.Grains.Scheduling;

/// <summary>Has long turns run on nodes, and again on another one when a node dies: the cluster engine as the grains see it.</summary>
public interface ITurnScheduler
{
    /// <summary>
    /// Has a grain's long turn run on this node, or on another one should this one die first. Where the scheduler shares
    /// the state's database this is part of the transaction; else it happens once the transaction is committed.
    /// </summary>
    Task ScheduleAsync(StateTransaction state, GrainKey grain, string engineClass);

    /// <summary>Whether the scheduler knows of a long turn of this grain, waiting, running or to be recovered.</summary>
    Task<bool> KnowsAsync(GrainKey grain, CancellationToken cancellation = default);
}
