using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State.Sql;
using Vgpnn.Synthesis;

namespace Vgpnn.Grains;

/// <summary>
/// Writes a sample's checkpoints beside the work that goes on. When levels finish faster than checkpoints can be written,
/// or than the interval, only the newest is. A failure, such as being fenced, is thrown at the next offer.
/// </summary>
internal sealed class CheckpointWriter : IAsyncDisposable
{
    /// <summary>A turn that has held its slot this long gives way at its next checkpoint when other tenants wait.</summary>
    private static readonly TimeSpan LongTurn = TimeSpan.FromSeconds(30);

    private readonly Activation _activation;
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
    private volatile bool _othersWait;

    public CheckpointWriter(Activation activation, IBlobStore blobs, TimeSpan interval)
    {
        _activation = activation;
        _blobs = blobs;
        _interval = interval;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Whether another tenant waits for the slot that this turn has held for long.</summary>
    public bool OthersWait => _othersWait;

    /// <summary>Whether nothing is being written, and the last checkpoint was safe so long ago.</summary>
    public bool IsDue(TimeSpan interval) =>
        Volatile.Read(ref _writes) == 0 && Stopwatch.GetElapsedTime(Math.Max(Interlocked.Read(ref _lastSafe), _started)) >= interval;

    /// <summary>Takes a copy of a run's state, to be written soon.</summary>
    /// <param name="checkpoint">The state, the run's own. One that is too large for an array is not kept.</param>
    /// <param name="fraction">Part of the sample's work that it holds.</param>
    /// <param name="now">Not to wait until the interval is over.</param>
    /// <param name="level">The span of the level that was finished last: the write's parent.</param>
    public void Offer(Checkpoint checkpoint, double fraction, bool now, ActivityContext level)
    {
        if (_failure is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        if (checkpoint.Length > Array.MaxLength) return;
        var content = new MemoryStream((int)checkpoint.Length);
        checkpoint.Save(content);
        content.Position = 0;
        string name = checkpoint.Part is { } part
            ? string.Create(CultureInfo.InvariantCulture, $"level-{checkpoint.Level:D2}-{part.Iteration}-{part.Passes}.vpc")
            : string.Create(CultureInfo.InvariantCulture, $"level-{checkpoint.Level:D2}.vpc");
        _pending.Writer.TryWrite(new Pending(name, checkpoint.Level, fraction, content, now, level));
    }

    /// <summary>Comes back when everything that was offered is safe.</summary>
    public async Task FlushAsync()
    {
        _pending.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        if (_failure is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Stops writing; a checkpoint that is not safe yet is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _pending.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task WriteAllAsync()
    {
        long last = 0;
        try
        {
            while (await _pending.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                // While it waits, a newer one takes the place of the one that waits.
                TimeSpan wait = last == 0 ? _interval : _interval - Stopwatch.GetElapsedTime(last);
                bool hurry = _pending.Reader.TryPeek(out Pending? next) && next.Now;
                if (wait > TimeSpan.Zero && !hurry && !_pending.Reader.Completion.IsCompleted) await WaitAsync(wait).ConfigureAwait(false);
                if (!_pending.Reader.TryRead(out Pending? pending)) continue;
                last = Stopwatch.GetTimestamp();
                Volatile.Write(ref _writes, 1);
                await WriteAsync(pending).ConfigureAwait(false);
                Interlocked.Exchange(ref _lastSafe, Stopwatch.GetTimestamp());
                Volatile.Write(ref _writes, 0);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The turn is over.
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    // In small steps, so that a hand-back or the end of the work is seen soon.
    private async Task WaitAsync(TimeSpan wait)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < wait && !(_pending.Reader.TryPeek(out Pending? next) && next.Now))
            await Task.Delay(TimeSpan.FromMilliseconds(20), _stop.Token).ConfigureAwait(false);
    }

    private async Task WriteAsync(Pending pending)
    {
        (string tenant, GrainKey grain) = (_activation.Tenant, _activation.Grain);
        string key = BlobKey.Written(tenant, grain, _activation.Epoch, pending.Name);
        using Activity? span = Telemetry.Spans.StartActivity("checkpoint", ActivityKind.Internal, pending.Span);
        BlobInfo blob = await _blobs.PutAsync(key, pending.Content, cancellation: _stop.Token).ConfigureAwait(false);
        bool heldLong = Stopwatch.GetElapsedTime(_started) > LongTurn;
        _othersWait = await _activation.CommitAsync(
            async state =>
            {
                var row = new { tenant, request = grain.Id, index = grain.Index };
                SampleStatus sample = (await state.FindAsync<SampleStatus>(SampleSql.Find, row).ConfigureAwait(false))!;

                // A commit whose answer was lost was tried again, and meets its own work.
                if (sample.CheckpointKey != key)
                {
                    await BlobRecords.AddAsync(state, tenant, BlobRecords.OwnedBy(grain), blob).ConfigureAwait(false);
                    await state.ExecuteAsync(SampleSql.Checkpoint, new
                    {
                        request = grain.Id,
                        index = grain.Index,
                        level = pending.Level,
                        fraction = Math.Clamp(pending.Fraction, 0, 1),
                        key,
                    }).ConfigureAwait(false);
                    await BlobRecords.KillAsync(state, tenant, sample.CheckpointKey).ConfigureAwait(false);
                }

                return heldLong && await state.ScalarAsync<int>(TurnSql.OthersWait, new { tenant }).ConfigureAwait(false) == 1;
            },
            _stop.Token).ConfigureAwait(false);
        Telemetry.CheckpointBytes.Add(blob.Bytes);
    }

    private sealed record Pending(string Name, int Level, double Fraction, MemoryStream Content, bool Now, ActivityContext Span);
}
