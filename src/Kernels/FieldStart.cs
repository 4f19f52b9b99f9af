namespace Vgpnn.Kernels;

/// <summary>Where an approximate search starts.</summary>
internal static class FieldStart
{
    /// <summary>
    /// Gives every query patch a uniformly random place at iteration 0, keeps the field's places later, and measures their
    /// distances: the query has changed since the field was made.
    /// </summary>
    public static void Prepare(SearchTask task, PatchDistance distance, Workers workers)
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid;
        ulong seed = Hash.Derive(task.Seed, 0xF1E1D);
        workers.For(grid.T * grid.H, row => Row(task, distance, seed, row / grid.H, row % grid.H));
    }

    private static unsafe void Row(SearchTask task, PatchDistance distance, ulong seed, int t, int h)
    {
        NearestNeighbourField field = task.Field;
        int keys = (int)field.KeyGrid.Count;
        int index = ((t * field.QueryGrid.H) + h) * field.QueryGrid.W;
        fixed (float* query = task.Query.Buffer, key = task.Keys.Buffer)
        {
            for (int w = 0; w < field.QueryGrid.W; w++, index++)
            {
                if (task.Iteration == 0) field.Places[index] = field.FromLinear(Hash.Below(Hash.Derive(seed, (ulong)index), keys));
                uint place = field.Places[index];
                field.Distances[index] = distance.Squared(
                    query + distance.QueryStart(t, h, w),
                    key + distance.KeyStart(field.T(place), field.H(place), field.W(place)),
                    float.PositiveInfinity);
            }
        }
    }
}
