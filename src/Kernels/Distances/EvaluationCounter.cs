using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Search;

namespace Vgpnn.Kernels.Distances;

/// <summary>Counts the patch distances of searches created by <see cref="PatchSearches.Counting{T}"/>, on any thread.</summary>
public sealed class EvaluationCounter
{
    private const int Cells = 64;

    // One cache line per cell, to avoid false sharing.
    private const int Spacing = 8;

    private readonly long[] _cells = new long[Cells * Spacing];

    [ThreadStatic]
    private static EvaluationCounter? s_current;

    /// <summary>Distances begun so far, including those stopped early at their limit.</summary>
    public long Count
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < _cells.Length; i += Spacing) sum += Volatile.Read(ref _cells[i]);
            return sum;
        }
    }

    /// <summary>The counter of the search that is starting on this thread.</summary>
    internal static EvaluationCounter Current => s_current
        ?? throw new InvalidOperationException("no evaluation counter is active on this thread; run the search within EvaluationCounter.During");

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
