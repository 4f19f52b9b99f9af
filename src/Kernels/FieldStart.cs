using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>Where an approximate search starts.</summary>
internal static class FieldStart
{
    /// <summary>
    /// Gives every query patch a uniformly random allowed place at iteration 0, keeps the field's places later where they are
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
        ulong seed = Hash.Derive(task.Seed, 0xF1E1D);
        workers.For(grid.T * grid.H, row => Row(task, distance, allowed, index, seed, row / grid.H, row % grid.H));
    }

    [MethodImpl(Jit.Hot)]
    private static void Row<T, TDistance>(
        SearchTask<T> task, TDistance distance, AllowedKeys allowed, PatchIndex<T>? index, ulong seed, int t, int h)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid;
        float[]? described = index?.Describe(task.Query, t, h, grid.W);
        int at = ((t * grid.H) + h) * grid.W;
        for (int w = 0; w < grid.W; w++, at++)
        {
            distance.Aim(t, h, w);
            uint place = field.Places[at];
            float measured = task.Iteration == 0 ? float.PositiveInfinity : Measure<T, TDistance>(field, ref distance, place);
            if (measured == float.PositiveInfinity)
            {
                // Nothing to keep: the search is new, or the key has been left out since.
                place = field.FromLinear(allowed.Linear(Hash.Below(Hash.Derive(seed, (ulong)at), allowed.Count)));
                measured = Measure<T, TDistance>(field, ref distance, place);
            }

            field.Places[at] = place;
            field.Distances[at] = measured;
            if (index is null) continue;
            var patch = new Trial<T, TDistance>(field, ref distance, at);
            if (patch.IsPerfect) continue;
            foreach (int key in index.Near(described!, grid.W, w)) patch.Offer(field.FromLinear(key));
            patch.Settle();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Measure<T, TDistance>(NearestNeighbourField field, ref TDistance distance, uint place)
        where TDistance : struct, IPatchDistance<T, TDistance>
        where T : unmanaged => distance.Measure(field.T(place), field.H(place), field.W(place), float.PositiveInfinity);
}
