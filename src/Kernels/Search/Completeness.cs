using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>
/// Key weights for bidirectional similarity (Simakov, Caspi, Shechtman and Irani 2008, weighted as in Granot et al. 2022): key patches
/// that no query resembles yet become cheap, so the search uses all parts of the input.
/// </summary>
public static class Completeness
{
    // Squared distance in byte units that corresponds to a distance of 1 in floats.
    private const double ByteUnit = 127.5 * 127.5;

    /// <summary>
    /// Returns 1/(α + d) for each key patch, in linear order of the key grid, where d is its squared distance to the nearest query patch; for
    /// <see cref="SearchTask{T}.KeyWeights"/>.
    /// </summary>
    /// <param name="query">Q.</param>
    /// <param name="keys">K, with the same number of channels as Q.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="alpha">
    /// α above 0, in squared distances of components in [−1, 1] for any <typeparamref name="T"/>; smaller values increase completeness.
    /// </param>
    /// <param name="search">Finds the nearest query patch of each key patch.</param>
    /// <param name="seed">Seed of that search.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="field">Receives the nearest query of each key; <c>null</c> to discard it.</param>
    /// <param name="iteration">As <see cref="SearchTask{T}.Iteration"/>: above 0 the search starts from the field's positions.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is not positive.</exception>
    public static float[] Weights<T>(
        Volume<T> query, Volume<T> keys, Extent patch, double alpha, IPatchSearch<T> search, ulong seed, Workers workers,
        NearestNeighbourField? field = null, int iteration = 0)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(search);
        if (!(alpha > 0)) throw new ArgumentOutOfRangeException(nameof(alpha));
        field ??= new NearestNeighbourField(keys.Extent, query.Extent, patch);
        search.Search(new SearchTask<T> { Query = keys, Keys = query, Patch = patch, Field = field, Seed = seed, Iteration = iteration }, workers);
        double offset = alpha * (typeof(T) == typeof(byte) ? ByteUnit : 1);
        return [.. field.Distances.Select(d => (float)(1 / (offset + d)))];
    }
}
