using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>
/// Tries every key patch for every query patch. Of equally near ones the first in [T, H, W] order wins. O(n·m) time.
/// </summary>
internal sealed class ExhaustiveSearch<T, TDistance> : IPatchSearch<T>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    /// <summary>Whether a patch may not match the one at its own place: for the nearest other patch within one volume.</summary>
    public bool ExcludeSelf { get; init; }

    /// <inheritdoc/>
    public void Search(SearchTask<T> task, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(workers);
        task.Validate();
        TDistance distance = TDistance.Create(task);
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid;
        for (int t = 0; t < grid.T; t++)
        {
            int frame = t;
            workers.For(grid.H, h => SearchRow(task, distance, frame, h, workers.Cancellation));
            task.Progress?.Invoke((t + 1.0) / grid.T);
        }
    }

    /// <inheritdoc/>
    public double Evaluations(long queryPatches, long keyPatches, int iteration) => (double)queryPatches * keyPatches;

    /// <inheritdoc/>
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        TDistance.WorkingBytes(query, keys, patch, channels);

    [MethodImpl(Jit.Hot)]
    private void SearchRow(SearchTask<T> task, TDistance distance, int t, int h, CancellationToken cancellation)
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid, keys = field.KeyGrid;
        (int T, int H, int W) guess = (Math.Min(t, keys.T - 1), Math.Min(h, keys.H - 1), 0);
        for (int w = 0; w < grid.W; w++)
        {
            distance.Aim(t, h, w);

            // The left neighbour's match, moved along, is often near: it bounds the distance from the start, so that
            // hopeless patches are left early. The bound is a hair above it, so that the scan below finds that patch
            // again, or an equally near one before it.
            guess.W = Math.Min(guess.W + 1, keys.W - 1);
            float best = ExcludeSelf && guess == (t, h, w)
                ? float.PositiveInfinity
                : float.BitIncrement(distance.Measure(guess.T, guess.H, guess.W, float.PositiveInfinity));
            uint place = 0;
            for (int kt = 0; kt < keys.T; kt++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int kh = 0; kh < keys.H; kh++)
                {
                    for (int kw = 0; kw < keys.W; kw++)
                    {
                        float d = distance.Measure(kt, kh, kw, best);
                        if (d >= best || (ExcludeSelf && (kt, kh, kw) == (t, h, w))) continue;
                        best = d;
                        place = field.Pack(kt, kh, kw);
                    }
                }
            }

            int index = (((t * grid.H) + h) * grid.W) + w;
            field.Places[index] = place;
            field.Distances[index] = best;
            guess = (field.T(place), field.H(place), field.W(place));
        }
    }
}
