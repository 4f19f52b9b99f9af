using System.Diagnostics;
using System.Globalization;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State.Sql;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;

namespace Vgpnn.Grains;

/// <summary>
/// Publishes a sample's levels for those who watch, beside the work that goes on and never in its way: a level that comes
/// while one is being written, or too soon after it, is left out. What goes wrong here costs a preview and nothing else.
/// </summary>
internal sealed class PreviewWriter(Activation activation, IBlobStore blobs) : IAsyncDisposable
{
    // A sample that is done before the first is due has none, and pays for none.
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(60);

    // Levels take longer and longer, and what changes between two pictures less and less.
    private static readonly TimeSpan Second = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);
    private const double Growth = 1.5;

    // What is being written when the turn ends is a moment's work, and broken off it would leave a blob that nobody knows.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;
    private TimeSpan _wait = First;
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>Takes a copy of a level, to be published soon, unless it is too soon.</summary>
    /// <param name="level">Its number, 0 being the finest.</param>
    /// <param name="output">The level, the run's own.</param>
    /// <param name="fraction">Part of the sample's work that it holds.</param>
    /// <param name="span">The level's span: the write's parent.</param>
    public void Offer(int level, Volume output, double fraction, ActivityContext span)
    {
        if (!_writing.IsCompleted || Stopwatch.GetElapsedTime(_since) < _wait) return;
        _wait = _wait < Second ? Second : TimeSpan.FromTicks(Math.Min((long)(_wait.Ticks * Growth), Longest.Ticks));
        _since = Stopwatch.GetTimestamp();
        PreviewStrip strip = PreviewStrip.Of(output);
        _writing = Task.Run(() => WriteAsync(level, strip, fraction, span));
    }

    /// <summary>Comes back when nothing is being written any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.CancelAfter(Patience);
        await _writing.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task WriteAsync(int level, PreviewStrip strip, double fraction, ActivityContext parent)
    {
        using Activity? span = Telemetry.Spans.StartActivity("preview", ActivityKind.Internal, parent);
        (string tenant, GrainKey grain) = (activation.Tenant, activation.Grain);
        string key = BlobKey.Written(tenant, grain, activation.Epoch, string.Create(CultureInfo.InvariantCulture, $"preview-{level:D2}.png"));
        try
        {
            using var content = new MemoryStream(strip.Encode());
            BlobInfo blob = await blobs.PutAsync(key, content, cancellation: _stop.Token).ConfigureAwait(false);
            await activation.CommitAsync(
                async state =>
                {
                    SampleStatus sample = (await state.FindAsync<SampleStatus>(
                        SampleSql.Find, new { tenant, request = grain.Id, index = grain.Index }).ConfigureAwait(false))!;

                    // A commit whose answer was lost was tried again, and meets its own work.
                    if (sample.PreviewKey == key) return false;
                    await BlobRecords.AddAsync(state, tenant, BlobRecords.OwnedBy(grain), blob).ConfigureAwait(false);
                    await state.ExecuteAsync(
                        SampleSql.Preview,
                        new { request = grain.Id, index = grain.Index, level, key, frames = strip.Size.T, fraction = Math.Clamp(fraction, 0, 1) }).ConfigureAwait(false);
                    await BlobRecords.KillAsync(state, tenant, sample.PreviewKey).ConfigureAwait(false);
                    return true;
                },
                _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The turn is over, or was taken from this node, or the store fails: the turn's own writing tells of that.
        }
    }
}
