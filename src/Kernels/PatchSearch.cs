namespace Vgpnn.Kernels;

/// <summary>One search: for every patch of the query the nearest patch of the keys.</summary>
public sealed record SearchTask
{
    /// <summary>Q.</summary>
    public required Volume Query { get; init; }

    /// <summary>K, with as many channels as Q.</summary>
    public required Volume Keys { get; init; }

    /// <summary>Patch size.</summary>
    public required Extent Patch { get; init; }

    /// <summary>The field to fill, over the patch grids of Q and K. Unless it is fresh, its places are where the search starts.</summary>
    public required NearestNeighbourField Field { get; init; }

    /// <summary>EM iteration within the level, from 0; at 0 the field's content is ignored and a search starts from scratch.</summary>
    public int Iteration { get; init; }

    /// <summary>Determines all random choices.</summary>
    public ulong Seed { get; init; }

    /// <summary>Told from time to time which part of the search is done, 0 to 1, on the caller's thread.</summary>
    public Action<double>? Progress { get; init; }

    /// <exception cref="ArgumentException">Volumes, patch and field do not belong together.</exception>
    internal void Validate()
    {
        if (Query.Channels != Keys.Channels) throw new ArgumentException("query and keys differ in channels");
        if (!Query.Extent.Holds(Patch) || !Keys.Extent.Holds(Patch)) throw new ArgumentException($"no patch of {Patch} fits");
        if (Field.QueryGrid != Query.Extent.PatchGrid(Patch)) throw new ArgumentException("the field is over another query grid");
        if (Field.KeyGrid != Keys.Extent.PatchGrid(Patch)) throw new ArgumentException("the field is over another key grid");
    }
}

/// <summary>A way to search nearest neighbours. Results depend on the task alone, not on threads or instruction set.</summary>
public interface IPatchSearch
{
    /// <summary>Fills <see cref="SearchTask.Field"/> with places and their exact distances.</summary>
    void Search(SearchTask task, Workers workers);

    /// <summary>About how many patch distances <see cref="Search"/> computes, for progress and estimates.</summary>
    /// <param name="queryPatches">Patches of the query.</param>
    /// <param name="keyPatches">Patches of the keys.</param>
    /// <param name="iteration">EM iteration within the level, from 0.</param>
    double Evaluations(long queryPatches, long keyPatches, int iteration);

    /// <summary>Bytes held beside the task's own volumes and field.</summary>
    long WorkingBytes(Extent queryGrid);
}

/// <summary>The searches by name.</summary>
public static class PatchSearch
{
    /// <summary>
    /// Below this many key patches trying them all costs less than an approximate search, and is exact: the coarsest
    /// levels decide what the whole sample becomes.
    /// </summary>
    public const int SmallLevel = 1024;

    /// <summary>The search that does what <paramref name="method"/> says.</summary>
    public static IPatchSearch Create(SearchMethod method) => method switch
    {
        SearchMethod.PatchMatch => new RasterSearch(),
        SearchMethod.JumpFlood => new JumpFloodSearch(),
        SearchMethod.Exhaustive => new ExhaustiveSearch(),
        _ => throw new ArgumentOutOfRangeException(nameof(method)),
    };
}
