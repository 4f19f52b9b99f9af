using System.Diagnostics;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Grains.Samples;

/// <summary>Runs an attempt of a job to its end, and tells the job's grain how it ended.</summary>
internal static class AttemptRunner
{
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(8);

    /// <summary>Runs an attempt.</summary>
    /// <param name="work">The attempt's work, which also stores its result.</param>
    /// <param name="fail">Tells of an error; whether it is final.</param>
    /// <param name="release">Gives the attempt up without blame.</param>
    /// <param name="stop">Stops the work.</param>
    public static async Task<JobEnd> RunAsync(
        Func<Task> work, Func<JobFailure, bool, Task<JobErrorDecision>> fail, Func<Task> release, CancellationToken stop)
    {
        try
        {
            try
            {
                await work();
                return new JobEnd(JobOutcome.Done);
            }
            catch (Exception e) when (e is ReleasedException || (e is OperationCanceledException && stop.IsCancellationRequested))
            {
                // The token may be cancelled by now; the grain refuses what was replaced anyway.
                using var limit = new CancellationTokenSource(LastCall);
                await WorkerCalls.RetryAsync(release, limit.Token);
                return new JobEnd(JobOutcome.Released);
            }
            catch (GrainException e) when (e.IsFenced)
            {
                throw;
            }
            catch (Exception e)
            {
                Activity.Current?.AddException(e).SetStatus(ActivityStatusCode.Error, e.Message);
                bool final = e is GrainException or VgpnnException { Kind: not ErrorKind.Device };
                JobFailure failure = Describe(e);
                JobErrorDecision decision = await WorkerCalls.RetryAsync(() => fail(failure, final), stop);
                return decision.Failed
                    ? new JobEnd(JobOutcome.Failed, Failure: failure)
                    : new JobEnd(JobOutcome.Retry, decision.Pause, failure);
            }
        }
        catch (GrainException e) when (e.IsFenced)
        {
            return new JobEnd(JobOutcome.Fenced);
        }
        catch (OperationCanceledException)
        {
            return new JobEnd(JobOutcome.Released);
        }
    }

    // What went wrong inside is for the log; a tenant is told only what concerns it.
    private static JobFailure Describe(Exception failure) => failure switch
    {
        VgpnnException e => new JobFailure(e.Code, e.Message),
        GrainException e => new JobFailure(e.Code, e.Message),
        BlobException e => new JobFailure(e.Code, "stored content could not be read or written"),
        OutOfMemoryException => new JobFailure("out-of-memory", "the worker ran out of memory"),
        _ => new JobFailure("internal", "internal error; see the server log"),
    };
}
