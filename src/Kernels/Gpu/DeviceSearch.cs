namespace Vgpnn.Kernels.Gpu;

/// <summary>A nearest-neighbour search on a device: finds the nearest key patch for each query patch.</summary>
public sealed record DeviceSearch
{
    /// <summary>Q of each sample, or of one sample if the keys have several.</summary>
    public required DeviceVolume Query { get; init; }

    /// <summary>K, shared by all samples or one for each.</summary>
    public required DeviceVolume Keys { get; init; }

    /// <summary>Field to fill. At iterations above 0 its positions are the start of the search.</summary>
    public required DeviceField Field { get; init; }

    /// <summary>Weights of the keys and exclusions; <c>null</c> gives all keys the same weight.</summary>
    public DeviceWeights? Weights { get; init; }

    /// <summary>EM iteration within the level, from 0.</summary>
    public int Iteration { get; init; }

    /// <summary>
    /// Changes of the queries since the last search of this field with the same keys and weights; patches without changes nearby keep their
    /// matches. <c>null</c> searches all patches.
    /// </summary>
    public DeviceChanges? Changes { get; init; }

    /// <summary>Seeds of the samples.</summary>
    public required DeviceSeeds Seeds { get; init; }

    /// <summary>Distinguishes the random choices of different searches of one sample.</summary>
    public ulong Purpose { get; init; }

    /// <summary>Checked between launches.</summary>
    public CancellationToken Cancellation { get; init; }
}
