using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>Counts the patch distances of searches made by <see cref="PatchSearch.Counting{T}"/>, whatever threads they run on.</summary>
public sealed class EvaluationCounter
{
    private const int Cells = 64;

    // A cache line of its own for every cell, so that threads seldom meet.
    private const int Spacing = 8;

    private readonly long[] _cells = new long[Cells * Spacing];

    [ThreadStatic]
    private static EvaluationCounter? s_current;

    /// <summary>Distances so far, those included that were left early because they exceeded their limit.</summary>
    public long Count
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < _cells.Length; i += Spacing) sum += Volatile.Read(ref _cells[i]);
            return sum;
        }
    }

    /// <summary>The counter of the search that begins on this thread.</summary>
    internal static EvaluationCounter Current => s_current ?? throw new InvalidOperationException("nobody counts");

    internal void Add(int count) => Interlocked.Add(ref _cells[Environment.CurrentManagedThreadId % Cells * Spacing], count);

    internal void During(Action search)
    {
        s_current = this;
        try
        {
            search();
        }
        finally
        {
            s_current = null;
        }
    }
}

/// <summary>A distance that is counted: for benchmarks, as counting costs time.</summary>
internal unsafe struct CountedDistance<T, TDistance> : IPatchDistance<T, CountedDistance<T, TDistance>>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private readonly EvaluationCounter _counter;
#pragma warning disable IDE0044 // Aim changes it: a read-only field would have only its copy changed.
    private TDistance _distance;
#pragma warning restore IDE0044

    private CountedDistance(EvaluationCounter counter, TDistance distance) => (_counter, _distance) = (counter, distance);

    public static CountedDistance<T, TDistance> Create(SearchTask<T> task, Workers workers) =>
        new(EvaluationCounter.Current, TDistance.Create(task, workers));

    public static long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        TDistance.WorkingBytes(query, keys, patch, channels);

    public void Enter(int t, int top, int bottom) => _distance.Enter(t, top, bottom);

    public void Measure(int h, int* columns, uint* places, int count, float* distances)
    {
        _counter.Add(count);
        _distance.Measure(h, columns, places, count, distances);
    }
}

/// <summary>A search whose distances are counted.</summary>
internal sealed class CountingSearch<T>(IPatchSearch<T> search, EvaluationCounter counter) : IPatchSearch<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public void Search(SearchTask<T> task, Workers workers) => counter.During(() => search.Search(task, workers));

    /// <inheritdoc/>
    public double Evaluations(long queryPatches, long keyPatches, int iteration) =>
        search.Evaluations(queryPatches, keyPatches, iteration);

    /// <inheritdoc/>
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration) =>
        search.WorkingBytes(query, keys, patch, channels, iteration);
}
