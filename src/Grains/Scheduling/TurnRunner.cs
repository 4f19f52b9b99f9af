using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Vgpnn.Synthesis;

namespace Vgpnn.Grains.Scheduling;

/// <summary>Runs a long turn on this node from its activation to its end, whatever that is.</summary>
/// <param name="turns">Their life in the state.</param>
/// <param name="life">This node's presence.</param>
/// <param name="capacity">What this node has to give.</param>
/// <param name="samples">Makes samples.</param>
/// <param name="videos">Takes videos in.</param>
/// <param name="work">Files on the way.</param>
/// <param name="log">Who ran what.</param>
public sealed partial class TurnRunner(
    LongTurns turns, NodeLife life, Capacity capacity, SampleGrain samples, VideoGrain videos, WorkDirectory work, ILogger<TurnRunner> log)
{
    private readonly ConcurrentDictionary<GrainKey, bool> _here = new();
    private long _blobFailure;

    /// <summary>How long ago a blob could last not be read or written here; null: never.</summary>
    public TimeSpan? SinceBlobFailure => Interlocked.Read(ref _blobFailure) is var failure and not 0 ? Stopwatch.GetElapsedTime(failure) : null;

    /// <summary>Runs a grain's long turn, unless there is nothing to do.</summary>
    /// <param name="grain">Which grain.</param>
    /// <param name="handBack">Asks to stop at the next checkpoint.</param>
    /// <param name="stop">Stops at once; the last checkpoint stays.</param>
    public async Task RunAsync(GrainKey grain, CancellationToken handBack, CancellationToken stop)
    {
        // One that this node was taken off may still be on its way out; the turn will be found again.
        if (!_here.TryAdd(grain, true)) return;
        try
        {
            Activation? activation = await turns.BeginAsync(grain, life.Node.Id, capacity, stop).ConfigureAwait(false);
            if (activation is null) return;
            long start = Stopwatch.GetTimestamp();
            using Activity? span = StartSpan(activation);
            LogBegin(log, grain, activation.Epoch, life.Node.Id);
            string outcome = await RunAsync(activation, handBack, stop).ConfigureAwait(false);
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            LogEnd(log, grain, activation.Epoch, life.Node.Id, outcome, took.TotalMilliseconds);
            span?.SetTag("vgpnn.outcome", outcome);
            Telemetry.TurnDuration.Record(took.TotalSeconds, Telemetry.Tag("kind", Telemetry.Word(grain.Kind)), Telemetry.Tag("outcome", outcome));
        }
        finally
        {
            capacity.Release(grain);
            _here.TryRemove(grain, out _);
        }
    }

    // Two spans: how long the turn waited, and, from now on, the activation. They belong to whoever asked for the turn.
    private Activity? StartSpan(Activation activation)
    {
        string kind = Telemetry.Word(activation.Grain.Kind);
        Telemetry.TurnWait.Record(activation.Waited.TotalSeconds, Telemetry.Tag("kind", kind));
        Telemetry.Spans.StartActivity("wait", ActivityKind.Internal, activation.Trace, startTime: DateTimeOffset.UtcNow - activation.Waited)?.Dispose();
        Activity? span = Telemetry.Spans.StartActivity(kind, ActivityKind.Consumer, activation.Trace);
        span?.SetTag("vgpnn.grain", activation.Grain.ToString());
        span?.SetTag("vgpnn.tenant", activation.Tenant);
        span?.SetTag("vgpnn.epoch", activation.Epoch);
        span?.SetTag("vgpnn.node", life.Node.Id);
        return span;
    }

    private async Task<string> RunAsync(Activation activation, CancellationToken handBack, CancellationToken stop)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stop);
        life.Watch(activation, held);
        try
        {
            await (activation.Grain.Kind switch
            {
                GrainKind.Video => videos.IngestAsync(activation, work, held.Token),
                GrainKind.Sample => samples.RunAsync(activation, handBack, held.Token),
                _ => throw new UnreachableException(),
            }).ConfigureAwait(false);
            return "done";
        }
        catch (Exception e)
        {
            return await EndAsync(activation, e, held.IsCancellationRequested).ConfigureAwait(false);
        }
        finally
        {
            life.Forget(activation);
        }
    }

    // The work's token may be cancelled by now; what is written here is fenced anyway.
    private async Task<string> EndAsync(Activation activation, Exception failure, bool cancelled)
    {
        try
        {
            switch (failure)
            {
                case HandedBackException:
                case OperationCanceledException when cancelled:
                    await LongTurns.HandBackAsync(activation).ConfigureAwait(false);
                    return "handed back";
                case VgpnnException { Kind: not ErrorKind.Device } e:
                    Activity.Current?.SetStatus(ActivityStatusCode.Error, e.Message);
                    await LongTurns.FailAsync(activation, e.Code, e.Message).ConfigureAwait(false);
                    return e.Code;
                case GrainException e:
                    Activity.Current?.SetStatus(ActivityStatusCode.Error, e.Message);
                    await LongTurns.FailAsync(activation, e.Code, e.Message).ConfigureAwait(false);
                    return e.Code;
                case FencedException:
                    throw failure;
                default:
                    if (failure is Blobs.BlobException) Interlocked.Exchange(ref _blobFailure, Stopwatch.GetTimestamp());
                    LogError(log, failure, activation.Grain, activation.Epoch);
                    Activity.Current?.SetStatus(ActivityStatusCode.Error, failure.Message);
                    (string code, string message) = Words(failure);
                    await LongTurns.ErrorAsync(activation, code, message).ConfigureAwait(false);
                    return code;
            }
        }
        catch (FencedException)
        {
            string? ended = await activation.OutcomeAsync().ConfigureAwait(false);
            if (ended is "done" or "cancelled") return ended;
            await turns.SurvivedAsync(activation).ConfigureAwait(false);
            return "fenced";
        }
    }

    // What went wrong inside is for the log; a tenant gets to know only what concerns it.
    private static (string Code, string Message) Words(Exception failure) => failure switch
    {
        VgpnnException e => (e.Code, e.Message),
        Blobs.BlobException e => (e.Code, "stored content could not be read or written"),
        OutOfMemoryException => ("out-of-memory", "the node ran out of memory"),
        _ => ("internal", "an error inside; the node's log tells more"),
    };

    [LoggerMessage(201, LogLevel.Information, "Begin {Grain}, epoch {Epoch}, on {Node}")]
    private static partial void LogBegin(ILogger log, GrainKey grain, long epoch, string node);

    [LoggerMessage(202, LogLevel.Information, "End {Grain}, epoch {Epoch}, on {Node}: {Outcome} after {Milliseconds:F0} ms")]
    private static partial void LogEnd(ILogger log, GrainKey grain, long epoch, string node, string outcome, double milliseconds);

    [LoggerMessage(203, LogLevel.Error, "Error in {Grain}, epoch {Epoch}")]
    private static partial void LogError(ILogger log, Exception error, GrainKey grain, long epoch);
}
