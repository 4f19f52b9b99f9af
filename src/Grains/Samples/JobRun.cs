using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Grains.Samples;

/// <summary>How a job ended for its worker.</summary>
/// <param name="Outcome">Why it is over.</param>
/// <param name="Pause">The pause before the next attempt.</param>
/// <param name="Failure">Why it failed.</param>
public sealed record JobEnd(JobOutcome Outcome, TimeSpan Pause = default, JobFailure? Failure = null);

/// <summary>What a running job gets from its worker.</summary>
public sealed record JobRun
{
    /// <summary>The order.</summary>
    public required JobOrder Order { get; init; }

    /// <summary>Other jobs that the worker runs.</summary>
    public int Beside { get; init; }

    /// <summary>The batch that it is a part of; <c>null</c>: it is made alone.</summary>
    public SampleBatch? Batch { get; init; }

    /// <summary>Asks to stop at the next checkpoint.</summary>
    public CancellationToken Release { get; init; }

    /// <summary>Stops at once; the last checkpoint stays.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Called when the computing is done and the result remains to be stored: the slot is free.</summary>
    public Action OnComputed { get; init; } = () => { };
}

/// <summary>Thrown through a run that stopped at a checkpoint because it was asked to.</summary>
internal sealed class ReleasedException() : Exception("the job was released");

/// <summary>Calls of a worker to grains, repeated while the storage or a silo is away.</summary>
internal static class WorkerCalls
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Calls until there is an answer. What is called must be able to be repeated.</summary>
    /// <exception cref="GrainException">The call was refused.</exception>
    public static async Task<T> RetryAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        for (TimeSpan pause = FirstPause; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return await call().WaitAsync(cancellation);
            }
            catch (Exception e) when (IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(pause, cancellation);
                pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
            }
        }
    }

    /// <inheritdoc cref="RetryAsync{T}"/>
    public static Task RetryAsync(Func<Task> call, CancellationToken cancellation) => RetryAsync(
        async () =>
        {
            await call();
            return true;
        },
        cancellation);

    private static bool IsTransient(Exception e) => e is GrainException refused ? refused.IsUnavailable : e is not (OperationCanceledException or ArgumentException);
}
