using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>
/// Weights that make a search use all of the keys (bidirectional similarity: Simakov, Caspi, Shechtman and Irani 2008, as
/// Granot et al. 2022 weigh it): a key patch that no query resembles yet becomes cheap.
/// </summary>
public static class Completeness
{
    // Squared distance of two byte samples that stand for floats 1 apart.
    private const double ByteUnit = 127.5 * 127.5;

    /// <summary>
    /// 1/(α + d) for every key patch, in linear order of the key grid, where d is its summed squared distance to its nearest
    /// query patch: what <see cref="SearchTask{T}.KeyWeights"/> takes.
    /// </summary>
    /// <param name="query">Q.</param>
    /// <param name="keys">K, with as many channels.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="alpha">
    /// Above 0, in squared distances of samples in [−1, 1], whatever <typeparamref name="T"/> is: the smaller, the more
    /// completeness counts.
    /// </param>
    /// <param name="search">Finds every key patch's nearest query patch.</param>
    /// <param name="seed">Determines that search's random choices.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="field">Takes every key's nearest query; null: nobody wants to know.</param>
    /// <param name="iteration">As <see cref="SearchTask{T}.Iteration"/>: above 0 the field's places are where the search starts.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is not above 0.</exception>
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
