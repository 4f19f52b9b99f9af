using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// Summed squared differences of query and key patches, for one kind of sample. A struct, so that searches are compiled for
/// each kind with the kernel inlined; copied for every piece of work, because it remembers its rows.
/// </summary>
internal unsafe interface IPatchDistance<T, TSelf>
    where T : unmanaged
    where TSelf : struct, IPatchDistance<T, TSelf>
{
    /// <summary>Prepares for the patches of a task.</summary>
    static abstract TSelf Create(SearchTask<T> task, Workers workers);

    /// <summary>Bytes that are held besides the volumes, but for what a thread needs to work on its rows.</summary>
    static abstract long WorkingBytes(Extent query, Extent keys, Extent patch, int channels);

    /// <summary>
    /// Makes rows <paramref name="top"/> to <paramref name="bottom"/> − 1 of frame <paramref name="t"/> of the query grid ready to
    /// be measured, until this thread enters others, of whatever task.
    /// </summary>
    void Enter(int t, int top, int bottom);

    /// <summary>
    /// Sets every distance to that of the query patch at row <paramref name="h"/>, one of those entered, and the column at the same
    /// position to the key patch at the place there. Places that are no key patch are at +∞.
    /// </summary>
    /// <param name="h">The row.</param>
    /// <param name="columns">Columns of the query grid.</param>
    /// <param name="places">As in a field, each before <see cref="NearestNeighbourField.PlacesEnd"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="distances">Takes the results.</param>
    void Measure(int h, int* columns, uint* places, int count, float* distances);
}
