using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>Counts the distances that another search computes.</summary>
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
