using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// Sums of squared differences between query and key patches, for one component type. A struct, so that searches are specialised with the
/// kernel inlined; each work item uses a copy, because the struct holds the entered rows.
/// </summary>
internal unsafe interface IPatchDistance<T, TSelf>
    where T : unmanaged
    where TSelf : struct, IPatchDistance<T, TSelf>
{
    /// <summary>Prepares the patches of a task.</summary>
    static abstract TSelf Create(SearchTask<T> task, Workers workers);

    /// <summary>Returns the bytes allocated in addition to the volumes, without the per-thread buffers for rows.</summary>
    static abstract long WorkingBytes(Extent query, Extent keys, Extent patch, int channels);

    /// <summary>
    /// Prepares rows <paramref name="top"/> to <paramref name="bottom"/> − 1 of frame <paramref name="t"/> of the query grid for
    /// <see cref="Measure"/>. Valid until this thread enters other rows, of any task.
    /// </summary>
    void Enter(int t, int top, int bottom);

    /// <summary>
    /// Measures the distances between query patches of row <paramref name="h"/>, which must have been entered, and key patches. Positions
    /// where no key patch begins give +∞.
    /// </summary>
    /// <param name="h">Row of the query grid.</param>
    /// <param name="columns">Column of the query patch of each pair.</param>
    /// <param name="positions">Key position of each pair, before <see cref="NearestNeighbourField.PositionsEnd"/>.</param>
    /// <param name="count">Number of pairs.</param>
    /// <param name="distances">Receives the distance of each pair.</param>
    void Measure(int h, int* columns, uint* positions, int count, float* distances);
}
