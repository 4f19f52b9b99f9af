using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Synthesis.Levels;

namespace Vgpnn.Grains.Samples;

/// <summary>
/// Writes a sample's checkpoints beside the work that goes on. When levels finish faster than checkpoints can be written, or
/// than the interval, only the newest is. A failure, such as being fenced, is thrown at the next offer.
/// </summary>
internal sealed class CheckpointWriter : IAsyncDisposable
{
    private readonly SampleAttempt _attempt;
    private readonly IBlobStore _blobs;
    private readonly TimeSpan _interval;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Pending> _pending = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Task _writing;
    private Exception? _failure;
    private int _writes;
    private long _lastSafe;

    public CheckpointWriter(SampleAttempt attempt, IBlobStore blobs, TimeSpan interval)
    {
        _attempt = attempt;
        _blobs = blobs;
        _interval = interval;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Whether nothing is being written, and the last checkpoint was stored so long ago.</summary>
    public bool IsDue(TimeSpan interval) =>
        Volatile.Read(ref _writes) == 0 && Stopwatch.GetElapsedTime(Math.Max(Interlocked.Read(ref _lastSafe), _started)) >= interval;

    /// <summary>Takes a copy of a run's state, to be written soon.</summary>
    /// <param name="checkpoint">The state, the run's own. One that is too large for an array is not kept.</param>
    /// <param name="fraction">Part of the sample's work that it holds.</param>
    /// <param name="now">Whether it is written without waiting for the interval.</param>
    /// <param name="level">The span of the last finished level: the write's parent.</param>
    public void Offer(Checkpoint checkpoint, double fraction, bool now, ActivityContext level)
    {
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        if (checkpoint.Length > Array.MaxLength) return;
        var content = new MemoryStream((int)checkpoint.Length);
        checkpoint.Save(content);
        content.Position = 0;
        string name = checkpoint.Part is { } part
            ? string.Create(CultureInfo.InvariantCulture, $"level-{checkpoint.Level:D2}-{part.Iteration}-{part.Steps}.vpc")
            : string.Create(CultureInfo.InvariantCulture, $"level-{checkpoint.Level:D2}.vpc");
        _pending.Writer.TryWrite(new Pending(name, checkpoint.Level, fraction, content, now, level));
    }

    /// <summary>Returns when everything that was offered is stored.</summary>
    public async Task FlushAsync()
    {
        _pending.Writer.TryComplete();
        await _writing;
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Stops writing; a checkpoint that is not stored yet is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _pending.Writer.TryComplete();
        await _writing;
        _stop.Dispose();
    }

    private async Task WriteAllAsync()
    {
        long last = 0;
        try
        {
            while (await _pending.Reader.WaitToReadAsync(_stop.Token))
            {
                // While it waits, a newer one replaces the one that waits.
                TimeSpan wait = last == 0 ? _interval : _interval - Stopwatch.GetElapsedTime(last);
                bool hurry = _pending.Reader.TryPeek(out Pending? next) && next.Now;
                if (wait > TimeSpan.Zero && !hurry && !_pending.Reader.Completion.IsCompleted) await WaitAsync(wait);
                if (!_pending.Reader.TryRead(out Pending? pending)) continue;
                last = Stopwatch.GetTimestamp();
                Volatile.Write(ref _writes, 1);
                await WriteAsync(pending);
                Interlocked.Exchange(ref _lastSafe, Stopwatch.GetTimestamp());
                Volatile.Write(ref _writes, 0);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The job is over.
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    // In small steps, so that a release or the end of the work is noticed soon.
    private async Task WaitAsync(TimeSpan wait)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < wait && !(_pending.Reader.TryPeek(out Pending? next) && next.Now))
            await Task.Delay(TimeSpan.FromMilliseconds(20), _stop.Token);
    }

    private async Task WriteAsync(Pending pending)
    {
        using Activity? span = VgpnnTelemetry.Spans.StartActivity("checkpoint", ActivityKind.Internal, pending.Span);
        StoredBlob blob = await _attempt.PutAsync(_blobs, pending.Name, pending.Content, _stop.Token);
        StoredBlob? replaced;
        try
        {
            replaced = await WorkerCalls.RetryAsync(
                () => _attempt.Grain.Checkpoint(_attempt.Number, pending.Level, Math.Clamp(pending.Fraction, 0, 1), blob), _stop.Token);
        }
        catch (GrainException e) when (e.IsFenced)
        {
            await _attempt.DeleteAsync(_blobs, blob.Key, CancellationToken.None);
            throw;
        }

        VgpnnTelemetry.CheckpointBytes.Add(blob.Bytes);
        if (replaced is not null && replaced.Key != blob.Key) await _attempt.DeleteAsync(_blobs, replaced.Key, _stop.Token);
    }

    private sealed record Pending(string Name, int Level, double Fraction, MemoryStream Content, bool Now, ActivityContext Span);
}

/// <summary>An open attempt of a sample.</summary>
/// <param name="Grain">The sample.</param>
/// <param name="Job">The job.</param>
/// <param name="Number">The attempt's number, which fences all that it writes.</param>
internal sealed record SampleAttempt(ISampleGrain Grain, JobKey Job, int Number)
{
    private readonly ConcurrentDictionary<string, bool> _written = new(StringComparer.Ordinal);

    /// <summary>Keys of blobs that this attempt has written and not deleted.</summary>
    public IEnumerable<string> Written => _written.Keys;

    /// <summary>Stores a blob under a name of this attempt; a store that is away for a moment is waited for.</summary>
    public Task<StoredBlob> PutAsync(IBlobStore blobs, string name, Stream content, CancellationToken cancellation) => BlobRetry.RunAsync(
        async () =>
        {
            string key = BlobKeys.Sample(Job.Tenant, Job.Id, Job.Index, Number, name);
            _written[key] = true;
            content.Position = 0;
            return (await blobs.PutAsync(key, content, cancellation: cancellation)).Stored();
        },
        cancellation);

    /// <summary>Deletes a blob that is not needed any more.</summary>
    public async Task DeleteAsync(IBlobStore blobs, string key, CancellationToken cancellation)
    {
        await blobs.DeleteAsync(key, cancellation);
        _written.TryRemove(key, out _);
    }
}
