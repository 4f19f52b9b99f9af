using System.Diagnostics;
using System.Globalization;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Media.Stills;

namespace Vgpnn.Grains.Samples;

/// <summary>
/// Publishes a sample's levels for those who watch, beside the work that goes on and never in its way: a level that comes while
/// one is being written, or too soon after it, is left out. What goes wrong here costs a preview and nothing else.
/// </summary>
internal sealed class PreviewWriter(SampleAttempt attempt, IBlobStore blobs) : IAsyncDisposable
{
    // A sample that ends before the first preview is due has no previews and no cost for them.
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(60);

    // Levels take longer and longer, and less and less changes between two previews.
    private static readonly TimeSpan Second = TimeSpan.FromMilliseconds(250), Longest = TimeSpan.FromSeconds(3);
    private const double Growth = 1.5;

    // What is being written when the job ends is a moment's work, and broken off it would leave an orphaned blob.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;
    private TimeSpan _wait = First;
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>Takes a copy of a level, to be published soon, unless it is too soon.</summary>
    /// <param name="level">The level, 0 the finest.</param>
    /// <param name="output">Its output, the run's own.</param>
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

    /// <summary>Returns when nothing is being written any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.CancelAfter(Patience);
        await _writing;
        _stop.Dispose();
    }

    private async Task WriteAsync(int level, PreviewStrip strip, double fraction, ActivityContext parent)
    {
        using Activity? span = VgpnnTelemetry.Spans.StartActivity("preview", ActivityKind.Internal, parent);
        string? written = null;
        try
        {
            using var content = new MemoryStream(strip.Encode());
            StoredBlob blob = await attempt.PutAsync(blobs, string.Create(CultureInfo.InvariantCulture, $"preview-{level:D2}{SmallPicture.Extension}"), content, _stop.Token);
            written = blob.Key;
            StoredBlob? replaced = await attempt.Grain.Preview(attempt.Number, Math.Clamp(fraction, 0, 1), new SamplePreview(level, strip.Size.T, blob));
            if (replaced is not null && replaced.Key != blob.Key) await attempt.DeleteAsync(blobs, replaced.Key, _stop.Token);
        }
        catch (GrainException e) when (e.IsFenced && written is not null)
        {
            await TryDeleteAsync(written);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The job is over, or the store fails: the job's own writing tells of that.
        }
    }

    private async Task TryDeleteAsync(string key)
    {
        try
        {
            await blobs.DeleteAsync(key, CancellationToken.None);
        }
        catch (BlobException)
        {
            // Swept later.
        }
    }
}
