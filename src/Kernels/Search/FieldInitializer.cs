using System.Buffers;
using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>Initialises the field of an approximate search.</summary>
internal static class FieldInitializer
{
    private const int BandRows = 24;

    /// <summary>
    /// Measures the distances of the first <paramref name="frames"/> frames of queries, keeping their allowed positions: the query has changed
    /// since the last search, or the search was interrupted.
    /// </summary>
    public static void Measure<T, TDistance>(SearchTask<T> task, TDistance distance, AllowedKeys allowed, Workers workers, int frames)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance> =>
        Bands(task, workers, 0, frames, (t, top, seed) => Band(task, distance, allowed, null, keep: true, seed, t, top));

    /// <summary>Assigns uniformly random allowed positions to the queries of some frames, and measures their distances.</summary>
    /// <param name="task">The search.</param>
    /// <param name="distance">Distance kernel.</param>
    /// <param name="allowed">Keys to draw from.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="index">If given, each query patch also tries the keys that the index returns.</param>
    /// <param name="first">First frame.</param>
    /// <param name="frames">Number of frames.</param>
    public static void Find<T, TDistance>(
        SearchTask<T> task, TDistance distance, AllowedKeys allowed, Workers workers, PatchIndex<T>? index, int first, int frames)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance> =>
        Bands(task, workers, first, frames, (t, top, seed) => Band(task, distance, allowed, index, keep: false, seed, t, top));

    private static void Bands<T>(SearchTask<T> task, Workers workers, int first, int frames, Action<int, int, ulong> band)
        where T : unmanaged
    {
        int bands = (task.Field.QueryGrid.H + BandRows - 1) / BandRows;
        ulong seed = Hash.Derive(task.Seed, 0xF1E1D);
        workers.For(frames * bands, piece => band(first + (piece / bands), piece % bands * BandRows, seed));
    }

    [MethodImpl(Jit.Hot)]
    private static void Band<T, TDistance>(
        SearchTask<T> task, TDistance distance, AllowedKeys allowed, PatchIndex<T>? index, bool keep, ulong seed, int t, int top)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid;
        int bottom = Math.Min(top + BandRows, grid.H);
        distance.Enter(t, top, bottom);
        CandidateList candidates = CandidateList.OfThread(grid.W * PatchIndex<T>.Near);
        uint[] near = index is null ? [] : new uint[grid.W * PatchIndex<T>.Near];
        float[] described = index is null ? [] : ArrayPool<float>.Shared.Rent(grid.W * index.Numbers);
        for (int h = top; h < bottom; h++)
        {
            int row = ((t * grid.H) + h) * grid.W;
            Span<uint> positions = field.Positions.AsSpan(row, grid.W);
            Span<float> distances = field.Distances.AsSpan(row, grid.W);
            distances.Fill(float.PositiveInfinity);
            if (keep)
            {
                for (int w = 0; w < grid.W; w++) candidates.Add(w, positions[w]);
                candidates.Settle<T, TDistance>(ref distance, h, positions, distances);
            }

            for (int w = 0; w < grid.W; w++)
            {
                // No match to keep: the search is new, or the key has been excluded since.
                if (distances[w] < float.PositiveInfinity) continue;
                positions[w] = field.FromLinear(allowed.Linear(Hash.Below(Hash.Derive(seed, (ulong)(row + w)), allowed.Count)));
                candidates.Add(w, positions[w]);
            }

            candidates.Settle<T, TDistance>(ref distance, h, positions, distances);
            if (index is null) continue;
            index.Describe(task.Query, t, h, grid.W, described);
            index.Lead(described, near);
            for (int i = 0; i < near.Length; i++) candidates.Add(i / PatchIndex<T>.Near, near[i]);
            candidates.Settle<T, TDistance>(ref distance, h, positions, distances);
        }

        if (index is not null) ArrayPool<float>.Shared.Return(described);
    }
}
