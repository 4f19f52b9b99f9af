using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Search;

namespace Vgpnn.Kernels.Distances;

/// <summary>Counts the patch distances of searches made by <see cref="PatchSearches.Counting{T}"/>, whatever threads they run on.</summary>
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
