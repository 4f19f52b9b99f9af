using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Matching;

/// <summary>A nearest-neighbour search: finds the nearest key patch for each query patch.</summary>
public sealed record SearchTask<T>
    where T : unmanaged
{
    /// <summary>Q, T×H×W×C.</summary>
    public required Volume<T> Query { get; init; }

    /// <summary>K, with the same number of channels as Q.</summary>
    public required Volume<T> Keys { get; init; }

    /// <summary>Patch size.</summary>
    public required Extent Patch { get; init; }

    /// <summary>Field to fill, over the patch grids of Q and K. At iterations above 0 its positions are the start of the search.</summary>
    public required NearestNeighbourField Field { get; init; }

    /// <summary>
    /// Weight of each key patch, in linear order of the key grid; distances are multiplied by it. Values are in (0, <see cref="MaxWeight"/>], or
    /// +∞ to exclude the patch. <c>null</c> means that all weights are 1.
    /// </summary>
    public float[]? KeyWeights { get; init; }

    /// <summary>Maximum finite weight; the product with any distance is finite.</summary>
    public const float MaxWeight = 1e20f;

    /// <summary>EM iteration within the level, from 0; at 0 the search ignores the field's content.</summary>
    public int Iteration { get; init; }

    /// <summary>
    /// Number of steps completed before the search was interrupted: it continues from the field's positions and gives the same result. Valid
    /// only for values reported by <see cref="StepCompleted"/>.
    /// </summary>
    public int StepsDone { get; init; }

    /// <summary>Seed of all random choices.</summary>
    public ulong Seed { get; init; }

    /// <summary>Callback invoked on the calling thread with the completed fraction of the search, 0–1; <c>null</c> for none.</summary>
    public Action<double>? Progress { get; init; }

    /// <summary>
    /// Callback invoked on the calling thread with the number of completed steps, after each step except the last; <c>null</c> for none. The
    /// field's positions are then sufficient to resume the search. A step is a pass over the field or, in large fields, one initialised frame.
    /// Searches without passes never invoke it.
    /// </summary>
    public Action<int>? StepCompleted { get; init; }

    /// <exception cref="ArgumentException">The sizes or channels of volumes, patch, field and weights do not agree.</exception>
    internal void Validate()
    {
        if (Query.Channels != Keys.Channels) throw new ArgumentException($"queries have {Query.Channels} channels but keys have {Keys.Channels}");
        if (!Query.Extent.Holds(Patch) || !Keys.Extent.Holds(Patch))
            throw new ArgumentException($"a patch of {Patch} does not fit into queries of {Query.Extent} or keys of {Keys.Extent}");
        if (Query.Extent.PatchGrid(Patch) is var queries && Field.QueryGrid != queries)
            throw new ArgumentException($"the field's query grid is {Field.QueryGrid}; expected {queries}");
        if (Keys.Extent.PatchGrid(Patch) is var keys && Field.KeyGrid != keys)
            throw new ArgumentException($"the field's key grid is {Field.KeyGrid}; expected {keys}");
        if (KeyWeights is null) return;
        if (KeyWeights.Length != Field.KeyGrid.Count)
            throw new ArgumentException($"{KeyWeights.Length} key weights given; expected {Field.KeyGrid.Count}, one for each key patch");
        bool allowed = false;
        foreach (float weight in KeyWeights)
        {
            if (!(weight > 0) || weight is > MaxWeight and < float.PositiveInfinity)
                throw new ArgumentException($"invalid key weight {weight}; use a value above 0 and at most {MaxWeight}, or +∞");
            allowed |= float.IsFinite(weight);
        }

        if (!allowed) throw new ArgumentException("all key weights are infinite; at least one must be finite");
    }
}
