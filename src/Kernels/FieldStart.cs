using System.Buffers;
using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>Where an approximate search starts.</summary>
internal static class FieldStart
{
    private const int BandRows = 24;

    /// <summary>
    /// Gives every query patch a uniformly random allowed place at iteration 0, keeps the field's places later, or where the search was interrupted, where they are
    /// allowed, and measures their distances: the query has changed since the field was made.
    /// </summary>
    /// <param name="task">The search.</param>
    /// <param name="distance">Measures.</param>
    /// <param name="allowed">The keys to draw from.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="index">If given, every query patch also tries the keys that it leads to.</param>
    public static void Prepare<T, TDistance>(SearchTask<T> task, TDistance distance, AllowedKeys allowed, Workers workers, PatchIndex<T>? index = null)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        Extent grid = task.Field.QueryGrid;
        int bands = (grid.H + BandRows - 1) / BandRows;
        ulong seed = Hash.Derive(task.Seed, 0xF1E1D);
        workers.For(grid.T * bands, piece => Band(task, distance, allowed, index, seed, piece / bands, piece % bands * BandRows));
    }

    [MethodImpl(Jit.Hot)]
    private static void Band<T, TDistance>(
        SearchTask<T> task, TDistance distance, AllowedKeys allowed, PatchIndex<T>? index, ulong seed, int t, int top)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid;
        int bottom = Math.Min(top + BandRows, grid.H);
        distance.Enter(t, top, bottom);
        Trials trials = Trials.OfThread(grid.W * PatchIndex<T>.Near);
        uint[] near = index is null ? [] : new uint[grid.W * PatchIndex<T>.Near];
        float[] described = index is null ? [] : ArrayPool<float>.Shared.Rent(grid.W * index.Numbers);
        for (int h = top; h < bottom; h++)
        {
            int row = ((t * grid.H) + h) * grid.W;
            Span<uint> places = field.Places.AsSpan(row, grid.W);
            Span<float> distances = field.Distances.AsSpan(row, grid.W);
            distances.Fill(float.PositiveInfinity);
            if (task.Iteration > 0 || task.PassesDone > 0)
            {
                for (int w = 0; w < grid.W; w++) trials.Add(w, places[w]);
                trials.Settle<T, TDistance>(ref distance, h, places, distances);
            }

            for (int w = 0; w < grid.W; w++)
            {
                // Nothing to keep: the search is new, or the key has been left out since.
                if (distances[w] < float.PositiveInfinity) continue;
                places[w] = field.FromLinear(allowed.Linear(Hash.Below(Hash.Derive(seed, (ulong)(row + w)), allowed.Count)));
                trials.Add(w, places[w]);
            }

            trials.Settle<T, TDistance>(ref distance, h, places, distances);
            if (index is null) continue;
            index.Describe(task.Query, t, h, grid.W, described);
            index.Lead(described, near);
            for (int i = 0; i < near.Length; i++) trials.Add(i / PatchIndex<T>.Near, near[i]);
            trials.Settle<T, TDistance>(ref distance, h, places, distances);
        }

        if (index is not null) ArrayPool<float>.Shared.Return(described);
    }
}
