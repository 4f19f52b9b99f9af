using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>A distance multiplied by the key patch's weight: for completeness, and to leave key patches out (+∞).</summary>
internal struct WeightedDistance<T, TDistance> : IPatchDistance<T, WeightedDistance<T, TDistance>>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private readonly float[] _weights;
    private readonly int _rows;
    private readonly int _columns;
#pragma warning disable IDE0044 // Aim changes it: a read-only field would have only its copy changed.
    private TDistance _distance;
#pragma warning restore IDE0044

    private WeightedDistance(float[] weights, Extent grid, TDistance distance) =>
        (_weights, _rows, _columns, _distance) = (weights, grid.H, grid.W, distance);

    public static WeightedDistance<T, TDistance> Create(SearchTask<T> task) => new(
        task.KeyWeights ?? throw new ArgumentException("the task has no weights", nameof(task)), task.Field.KeyGrid, TDistance.Create(task));

    public static long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        TDistance.WorkingBytes(query, keys, patch, channels);

    public void Aim(int t, int h, int w) => _distance.Aim(t, h, w);

    public void Fetch(int t, int h, int w) => _distance.Fetch(t, h, w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Measure(int t, int h, int w, float limit)
    {
        float weight = _weights[(((t * _rows) + h) * _columns) + w];

        // Not measured: a distance of 0 times ∞ is no number.
        if (weight == float.PositiveInfinity) return weight;

        // A hair above the quotient, which may have been rounded down: what reaches it, whole or in part, is at or above
        // the limit once it is weighted, because rounding is monotone; what stays below it is the whole distance.
        return _distance.Measure(t, h, w, float.BitIncrement(limit / weight)) * weight;
    }
}

/// <summary>Searches with weights where the task has some, and without their cost where it has none.</summary>
internal sealed class SearchByWeights<T>(IPatchSearch<T> plain, IPatchSearch<T> weighted) : IPatchSearch<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public void Search(SearchTask<T> task, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(task);
        (task.KeyWeights is null ? plain : weighted).Search(task, workers);
    }

    /// <inheritdoc/>
    public double Evaluations(long queryPatches, long keyPatches, int iteration) =>
        plain.Evaluations(queryPatches, keyPatches, iteration);

    /// <inheritdoc/>
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        plain.WorkingBytes(query, keys, patch, channels);
}
