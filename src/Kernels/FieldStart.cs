namespace Vgpnn.Kernels;

/// <summary>Where an approximate search starts.</summary>
internal static class FieldStart
{
    /// <summary>
    /// Gives every query patch a uniformly random place at iteration 0, keeps the field's places later, and measures their
    /// distances: the query has changed since the field was made.
    /// </summary>
    public static void Prepare<T, TDistance>(SearchTask<T> task, TDistance distance, Workers workers)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid;
        ulong seed = Hash.Derive(task.Seed, 0xF1E1D);
        int keys = (int)field.KeyGrid.Count;
        workers.For(grid.T * grid.H, row =>
        {
            TDistance aimed = distance;
            (int t, int h) = (row / grid.H, row % grid.H);
            int index = row * grid.W;
            for (int w = 0; w < grid.W; w++, index++)
            {
                if (task.Iteration == 0) field.Places[index] = field.FromLinear(Hash.Below(Hash.Derive(seed, (ulong)index), keys));
                uint place = field.Places[index];
                aimed.Aim(t, h, w);
                field.Distances[index] = aimed.Measure(field.T(place), field.H(place), field.W(place), float.PositiveInfinity);
            }
        });
    }
}
