using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>
/// Compares every query patch with every key patch. On equal distances the first key in T×H×W order wins. O(n·m) time.
/// </summary>
internal sealed class ExhaustiveSearch<T, TDistance> : IPatchSearch<T>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    // Keys per call of the distance kernel.
    private const int Together = 64;

    /// <summary>Whether a patch must not match the key at its own position, to find the nearest other patch of a volume.</summary>
    public bool ExcludeSelf { get; init; }

    /// <inheritdoc/>
    public void Search(SearchTask<T> task, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(workers);
        task.Validate();
        TDistance distance = TDistance.Create(task, workers);
        Extent grid = task.Field.QueryGrid;
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
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration) =>
        TDistance.WorkingBytes(query, keys, patch, channels);

    [MethodImpl(Jit.Hot)]
    private unsafe void SearchRow(SearchTask<T> task, TDistance distance, int t, int h, CancellationToken cancellation)
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid, keys = field.KeyGrid;
        distance.Enter(t, h, h + 1);
        int* columns = stackalloc int[Together];
        uint* positions = stackalloc uint[Together];
        float* distances = stackalloc float[Together];
        for (int w = 0; w < grid.W; w++)
        {
            new Span<int>(columns, Together).Fill(w);
            uint self = ExcludeSelf ? field.Position(t, h, w) : uint.MaxValue;
            float best = float.PositiveInfinity;
            uint position = 0;
            for (int kt = 0; kt < keys.T; kt++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int kh = 0; kh < keys.H; kh++)
                {
                    uint row = field.Position(kt, kh, 0);
                    for (int kw = 0; kw < keys.W; kw += Together)
                    {
                        int count = Math.Min(Together, keys.W - kw);
                        for (int i = 0; i < count; i++) positions[i] = row + (uint)(kw + i);
                        distance.Measure(h, columns, positions, count, distances);
                        for (int i = 0; i < count; i++)
                        {
                            if (distances[i] >= best || positions[i] == self) continue;
                            best = distances[i];
                            position = positions[i];
                        }
                    }
                }
            }

            int index = (((t * grid.H) + h) * grid.W) + w;
            field.Positions[index] = position;
            field.Distances[index] = best;
        }
    }
}
