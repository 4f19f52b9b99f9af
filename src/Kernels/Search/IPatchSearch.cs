using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>A way to search nearest neighbours. Results depend on the task alone, not on threads or instruction set.</summary>
public interface IPatchSearch<T>
    where T : unmanaged
{
    /// <summary>Fills <see cref="SearchTask{T}.Field"/> with places and their exact distances, weighted where the task has weights.</summary>
    /// <exception cref="ArgumentException">The parts of the task do not belong together, or its weights leave no key.</exception>
    void Search(SearchTask<T> task, Workers workers);

    /// <summary>About how many patch distances <see cref="Search"/> computes, for progress and estimates.</summary>
    /// <param name="queryPatches">Patches of the query.</param>
    /// <param name="keyPatches">Patches of the keys.</param>
    /// <param name="iteration">EM iteration within the level, from 0.</param>
    double Evaluations(long queryPatches, long keyPatches, int iteration);

    /// <summary>Bytes held beside the task's own volumes and field, for volumes and patches of these sizes.</summary>
    /// <param name="query">Size of Q.</param>
    /// <param name="keys">Size of K.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="channels">Samples per voxel.</param>
    /// <param name="iteration">EM iteration, from 0; later ones never take more.</param>
    long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration);
}
