using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Matching;

/// <summary>One search: for every patch of the query the nearest patch of the keys.</summary>
public sealed record SearchTask<T>
    where T : unmanaged
{
    /// <summary>Q.</summary>
    public required Volume<T> Query { get; init; }

    /// <summary>K, with as many channels as Q.</summary>
    public required Volume<T> Keys { get; init; }

    /// <summary>Patch size.</summary>
    public required Extent Patch { get; init; }

    /// <summary>The field to fill, over the patch grids of Q and K. Unless it is fresh, its places are where the search starts.</summary>
    public required NearestNeighbourField Field { get; init; }

    /// <summary>
    /// One weight for every key patch, in linear order of the key grid: distances to it are multiplied by that. Above 0 and
    /// at most <see cref="MaxWeight"/>, or +∞: the patch is no candidate. Null: all weights are 1.
    /// </summary>
    public float[]? KeyWeights { get; init; }

    /// <summary>The largest finite weight: any distance times it is finite too.</summary>
    public const float MaxWeight = 1e20f;

    /// <summary>EM iteration within the level, from 0; at 0 the field's content is ignored and a search starts from scratch.</summary>
    public int Iteration { get; init; }

    /// <summary>
    /// Steps that the same search has done before it was interrupted: it goes on after them, from the field's places, to the same
    /// result. Only where <see cref="Passed"/> told so.
    /// </summary>
    public int StepsDone { get; init; }

    /// <summary>Determines all random choices.</summary>
    public ulong Seed { get; init; }

    /// <summary>Told from time to time which part of the search is done, 0 to 1, on the caller's thread.</summary>
    public Action<double>? Progress { get; init; }

    /// <summary>
    /// Told after every step but the last how many are done, on the caller's thread; the field's places then are all that a later
    /// search needs to go on. A step is a pass over the field, or in large fields a frame whose start is found. Searches that are
    /// not made of passes never do.
    /// </summary>
    public Action<int>? Passed { get; init; }

    /// <exception cref="ArgumentException">Volumes, patch and field do not belong together.</exception>
    internal void Validate()
    {
        if (Query.Channels != Keys.Channels) throw new ArgumentException("query and keys differ in channels");
        if (!Query.Extent.Holds(Patch) || !Keys.Extent.Holds(Patch)) throw new ArgumentException($"no patch of {Patch} fits");
        if (Field.QueryGrid != Query.Extent.PatchGrid(Patch)) throw new ArgumentException("the field is over another query grid");
        if (Field.KeyGrid != Keys.Extent.PatchGrid(Patch)) throw new ArgumentException("the field is over another key grid");
        if (KeyWeights is null) return;
        if (KeyWeights.Length != Field.KeyGrid.Count) throw new ArgumentException("there is not one weight for every key patch");
        bool allowed = false;
        foreach (float weight in KeyWeights)
        {
            if (!(weight > 0) || weight is > MaxWeight and < float.PositiveInfinity) throw new ArgumentException($"{weight} is no weight");
            allowed |= float.IsFinite(weight);
        }

        if (!allowed) throw new ArgumentException("every key patch has an infinite weight: none is left to choose");
    }
}
