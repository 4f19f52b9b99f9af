using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>Uses the weighted search for tasks with weights, and the cheaper plain search otherwise.</summary>
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
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration) =>
        plain.WorkingBytes(query, keys, patch, channels, iteration);
}
