using System.Diagnostics;
using Vgpnn.Grains;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Samples;

namespace Vgpnn.Silo.Api.Events;

/// <summary>
/// Follows a grain's changes by long polls and writes them to one reader. A poll that fails because a silo or the storage is away is
/// repeated from the last version; a grain that was activated elsewhere meanwhile begins with a reset.
/// </summary>
internal abstract class EventSource(EventWriter writer)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10), KeepAlive = TimeSpan.FromSeconds(15), RetryPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Pause after changes were written, so that the next ones come together: about 12 times a second.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(80);

    /// <summary>Writes changes until there can be no more, or the reader disconnects.</summary>
    /// <param name="version">The version of the last event that the reader has; <c>null</c>: it starts.</param>
    /// <param name="isAllowed">Whether the reader may go on reading; asked every ten seconds.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public async Task RunAsync(long? version, Func<Task<bool>> isAllowed, CancellationToken cancellation)
    {
        await writer.BeginAsync(cancellation);
        long written = Stopwatch.GetTimestamp(), allowed = written;
        TimeSpan wait = TimeSpan.Zero;
        while (true)
        {
            try
            {
                long asked = Stopwatch.GetTimestamp();
                if (Stopwatch.GetElapsedTime(allowed, asked) >= MaxWait)
                {
                    if (!await isAllowed()) return;
                    allowed = asked;
                }

                ChangeBatch batch = await PollAsync(version, wait).WaitAsync(cancellation);
                bool last = batch.Reset ? await ResetAsync(batch.Version, cancellation)
                    : batch.Changes.Count > 0 ? await TellAsync(batch.Changes, cancellation)
                    : await IdleAsync(batch.Version, cancellation);
                if (last) return;
                version = batch.Version;
                if (batch.Reset || batch.Changes.Count > 0)
                {
                    written = Stopwatch.GetTimestamp();
                    await Task.Delay(Pause, cancellation);
                }
                else if (Stopwatch.GetElapsedTime(asked) < RetryPause)
                {
                    // The grain's silo shuts down.
                    await Task.Delay(RetryPause, cancellation);
                }
            }
            catch (GrainException e) when (e.IsTransient)
            {
                await Task.Delay(RetryPause, cancellation);
            }
            catch (GrainException e) when (e.Code == "not-found")
            {
                // Deleted meanwhile.
                return;
            }

            TimeSpan silent = Stopwatch.GetElapsedTime(written);
            if (silent >= KeepAlive)
            {
                await writer.KeepAliveAsync(cancellation);
                written = Stopwatch.GetTimestamp();
                silent = TimeSpan.Zero;
            }

            wait = KeepAlive - silent < MaxWait ? KeepAlive - silent : MaxWait;
        }
    }

    /// <summary>The next changes.</summary>
    protected abstract Task<ChangeBatch> PollAsync(long? version, TimeSpan wait);

    /// <summary>Changes before a version are not known.</summary>
    /// <returns>Whether the stream ends.</returns>
    protected abstract Task<bool> ResetAsync(long version, CancellationToken cancellation);

    /// <summary>Writes changes.</summary>
    /// <returns>Whether the stream ends.</returns>
    protected abstract Task<bool> TellAsync(IReadOnlyList<Change> changes, CancellationToken cancellation);

    /// <summary>Nothing changed for a while.</summary>
    /// <returns>Whether the stream ends.</returns>
    protected abstract Task<bool> IdleAsync(long version, CancellationToken cancellation);
}

/// <summary>All changes of a tenant.</summary>
internal sealed class TenantEvents(ITenantGrain tenant, EventWriter writer) : EventSource(writer)
{
    private readonly EventWriter _writer = writer;

    protected override Task<ChangeBatch> PollAsync(long? version, TimeSpan wait) => tenant.Changes(version, wait);

    protected override async Task<bool> ResetAsync(long version, CancellationToken cancellation)
    {
        await _writer.ResetAsync(version, cancellation);
        return false;
    }

    protected override async Task<bool> TellAsync(IReadOnlyList<Change> changes, CancellationToken cancellation)
    {
        await _writer.TellAsync(changes, cancellation);
        return false;
    }

    protected override Task<bool> IdleAsync(long version, CancellationToken cancellation) => Task.FromResult(false);
}

/// <summary>Changes of a request and its samples; ends with the request.</summary>
internal sealed class RequestEvents(IRequestGrain request, EventWriter writer) : EventSource(writer)
{
    private const int SamplesPerWrite = 500;

    private readonly EventWriter _writer = writer;

    protected override Task<ChangeBatch> PollAsync(long? version, TimeSpan wait) => request.Changes(version, wait);

    protected override async Task<bool> ResetAsync(long version, CancellationToken cancellation)
    {
        await _writer.ResetAsync(version, cancellation);

        // In this order: where the request is finished, the samples that are read after it are final. They are told before it.
        RequestStatus status = await request.Get().WaitAsync(cancellation);
        var samples = new List<Change>();
        await foreach (SampleStatus sample in request.SamplesAsync(cancellation))
        {
            samples.Add(new Change { Version = version, Sample = sample });
            if (samples.Count < SamplesPerWrite) continue;
            await _writer.TellAsync(samples, cancellation);
            samples.Clear();
        }

        return await TellAsync([.. samples, new Change { Version = version, Request = status }], cancellation);
    }

    protected override async Task<bool> TellAsync(IReadOnlyList<Change> changes, CancellationToken cancellation)
    {
        await _writer.TellAsync(changes, cancellation);
        return changes.Any(c => c.Request is { IsFinished: true });
    }

    protected override async Task<bool> IdleAsync(long version, CancellationToken cancellation)
    {
        // A reader that has every event may have lost the end of the stream.
        RequestStatus status = await request.Get().WaitAsync(cancellation);
        return status.IsFinished && await TellAsync([new Change { Version = version, Request = status }], cancellation);
    }
}
