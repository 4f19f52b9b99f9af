namespace Vgpnn.Grains.Dispatch;

/// <summary>What <see cref="FairShare.Next"/> decided for a worker.</summary>
public enum DispatchOutcome
{
    /// <summary>The worker gets a job.</summary>
    Chosen,

    /// <summary>No work is due.</summary>
    NothingWaits,

    /// <summary>Work is due, but none of it fits the worker now.</summary>
    NoRoom,

    /// <summary>The worker gets nothing, so that memory becomes free for a job that has waited too long.</summary>
    KeepsRoom,

    /// <summary>Every tenant with due work runs as many jobs as it may.</summary>
    AllAtLimit,
}

/// <summary>A decision of <see cref="FairShare.Next"/>.</summary>
/// <param name="Outcome">The kind of the decision.</param>
/// <param name="Entry">The entry of the chosen job, or the entry that room is kept for; otherwise <c>null</c>.</param>
/// <param name="Index">The index of the chosen job; -1 if none was chosen.</param>
public readonly record struct Decision(DispatchOutcome Outcome, QueueEntry? Entry = null, int Index = -1);

/// <summary>Numbers about the queue of one tenant.</summary>
/// <param name="Waiting">Jobs that wait, those included that pause after an error.</param>
/// <param name="Paused">Jobs that wait for the end of a pause.</param>
/// <param name="Running">Jobs that run.</param>
/// <param name="WaitingSince">Since when the oldest due job waits, in milliseconds; <c>null</c> if no job is due.</param>
public readonly record struct QueueCounts(int Waiting, int Paused, int Running, long? WaitingSince);
