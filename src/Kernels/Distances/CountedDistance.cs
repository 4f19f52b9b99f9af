using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>Counts evaluations of another distance, for benchmarks; counting costs time.</summary>
internal unsafe struct CountedDistance<T, TDistance> : IPatchDistance<T, CountedDistance<T, TDistance>>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private readonly EvaluationCounter _counter;
#pragma warning disable IDE0044 // Mutated by Enter: calls on a read-only field would change a copy.
    private TDistance _distance;
#pragma warning restore IDE0044

    private CountedDistance(EvaluationCounter counter, TDistance distance) => (_counter, _distance) = (counter, distance);

    public static CountedDistance<T, TDistance> Create(SearchTask<T> task, Workers workers) =>
        new(EvaluationCounter.Current, TDistance.Create(task, workers));

    public static long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        TDistance.WorkingBytes(query, keys, patch, channels);

    public void Enter(int t, int top, int bottom) => _distance.Enter(t, top, bottom);

    public void Measure(int h, int* columns, uint* positions, int count, float* distances)
    {
        _counter.Add(count);
        _distance.Measure(h, columns, positions, count, distances);
    }
}
