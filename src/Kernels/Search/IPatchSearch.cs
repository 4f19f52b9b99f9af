using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>A nearest-neighbour search. Results depend on the task only, not on threads or instruction set.</summary>
public interface IPatchSearch<T>
    where T : unmanaged
{
    /// <summary>Fills <see cref="SearchTask{T}.Field"/> with key positions and their exact distances, multiplied by the task's weights.</summary>
    /// <exception cref="ArgumentException">The task is inconsistent, or its weights exclude all keys.</exception>
    void Search(SearchTask<T> task, Workers workers);

    /// <summary>Estimates the number of patch distances that <see cref="Search"/> computes, for progress and cost.</summary>
    /// <param name="queryPatches">Number of query patches.</param>
    /// <param name="keyPatches">Number of key patches.</param>
    /// <param name="iteration">EM iteration within the level, from 0.</param>
    double Evaluations(long queryPatches, long keyPatches, int iteration);

    /// <summary>Returns the bytes allocated in addition to the task's volumes and field.</summary>
    /// <param name="query">Size of Q.</param>
    /// <param name="keys">Size of K.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="channels">Components per voxel.</param>
    /// <param name="iteration">EM iteration, from 0; later iterations never need more.</param>
    long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration);
}
