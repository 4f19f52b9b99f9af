using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>Multiplies another distance by the key patch's weight, for completeness and to exclude key patches (+∞).</summary>
internal unsafe struct WeightedDistance<T, TDistance> : IPatchDistance<T, WeightedDistance<T, TDistance>>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    // Indexed by key position; +∞ where no key patch begins.
    private readonly float[] _weights;
#pragma warning disable IDE0044 // Mutated by Enter: calls on a read-only field would change a copy.
    private TDistance _distance;
#pragma warning restore IDE0044

    private WeightedDistance(float[] weights, TDistance distance) => (_weights, _distance) = (weights, distance);

    public static WeightedDistance<T, TDistance> Create(SearchTask<T> task, Workers workers)
    {
        float[] weights = task.KeyWeights ?? throw new ArgumentException("the task has no key weights", nameof(task));
        Extent keys = task.Field.Keys, grid = task.Field.KeyGrid;
        var byPosition = new float[keys.Count];
        Array.Fill(byPosition, float.PositiveInfinity);
        for (int t = 0; t < grid.T; t++)
            for (int h = 0; h < grid.H; h++)
                weights.AsSpan(((t * grid.H) + h) * grid.W, grid.W).CopyTo(byPosition.AsSpan(((t * keys.H) + h) * keys.W));
        return new(byPosition, TDistance.Create(task, workers));
    }

    public static long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        (keys.Count * sizeof(float)) + TDistance.WorkingBytes(query, keys, patch, channels);

    public void Enter(int t, int top, int bottom) => _distance.Enter(t, top, bottom);

    public void Measure(int h, int* columns, uint* positions, int count, float* distances)
    {
        _distance.Measure(h, columns, positions, count, distances);

        // 0 · ∞ is NaN.
        for (int i = 0; i < count; i++)
        {
            float weight = _weights[positions[i]];
            distances[i] = weight == float.PositiveInfinity ? weight : distances[i] * weight;
        }
    }
}
