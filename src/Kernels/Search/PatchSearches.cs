using Vgpnn.Kernels.Distances;

namespace Vgpnn.Kernels.Search;

/// <summary>Creates searches by method.</summary>
public static class PatchSearches
{
    /// <summary>
    /// Maximum number of key patches that are searched exhaustively, which then costs less than an approximate search and is exact: the
    /// coarsest levels determine the sample.
    /// </summary>
    public const int SmallLevel = 1024;

    /// <summary>Creates a search over floats or bytes.</summary>
    public static IPatchSearch<T> Create<T>(SearchMethod method)
        where T : unmanaged =>
        typeof(T) == typeof(float)
            ? (IPatchSearch<T>)(object)Create<float, FloatDistance>(method)
            : (IPatchSearch<T>)(object)Create<byte, ByteDistance>(method);

    /// <summary>Creates a search that counts its patch distances: same results, slower.</summary>
    public static IPatchSearch<T> Counting<T>(SearchMethod method, EvaluationCounter counter)
        where T : unmanaged
    {
        IPatchSearch<T> search = typeof(T) == typeof(float)
            ? (IPatchSearch<T>)(object)Create<float, CountedDistance<float, FloatDistance>>(method)
            : (IPatchSearch<T>)(object)Create<byte, CountedDistance<byte, ByteDistance>>(method);
        return new CountingSearch<T>(search, counter);
    }

    /// <summary>Creates an exhaustive search for the nearest <em>other</em> patch within one volume.</summary>
    public static IPatchSearch<float> NearestOther() => new SearchByWeights<float>(
        new ExhaustiveSearch<float, FloatDistance> { ExcludeSelf = true },
        new ExhaustiveSearch<float, WeightedDistance<float, FloatDistance>> { ExcludeSelf = true });

    private static SearchByWeights<T> Create<T, TDistance>(SearchMethod method)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance> =>
        new(Of<T, TDistance>(method), Of<T, WeightedDistance<T, TDistance>>(method));

    private static IPatchSearch<T> Of<T, TDistance>(SearchMethod method)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance> => method switch
        {
            SearchMethod.PatchMatch => new PatchMatchSearch<T, TDistance>(),
            SearchMethod.JumpFlood => new JumpFloodSearch<T, TDistance>(),
            SearchMethod.Exhaustive => new ExhaustiveSearch<T, TDistance>(),
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };
}
