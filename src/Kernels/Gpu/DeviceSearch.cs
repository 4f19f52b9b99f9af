namespace Vgpnn.Kernels.Gpu;

/// <summary>A search on a device: for every patch of the queries the nearest patch of the keys.</summary>
public sealed record DeviceSearch
{
    /// <summary>Q of every sample; or of one, for all samples of the keys.</summary>
    public required DeviceVolume Query { get; init; }

    /// <summary>K, for all samples or for each.</summary>
    public required DeviceVolume Keys { get; init; }

    /// <summary>The field to fill. Above iteration 0 its places are where the search starts.</summary>
    public required DeviceField Field { get; init; }

    /// <summary>Which keys may be chosen, and what they weigh; <c>null</c> if all weigh the same.</summary>
    public DeviceWeights? Weights { get; init; }

    /// <summary>EM iteration within the level, from 0.</summary>
    public int Iteration { get; init; }

    /// <summary>
    /// What has changed since the last search of this field, whose keys and weights have to be the same: patches around which nothing has
    /// keep their matches. <c>null</c> searches for all.
    /// </summary>
    public DeviceChanges? Changes { get; init; }

    /// <summary>The samples' seeds.</summary>
    public required DeviceSeeds Seeds { get; init; }

    /// <summary>What these random choices are for: searches of one sample have different numbers.</summary>
    public ulong Purpose { get; init; }

    /// <summary>Looked at between launches.</summary>
    public CancellationToken Cancellation { get; init; }
}
