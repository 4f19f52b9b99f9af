using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Matching;

/// <summary>
/// The key patches that a search may choose: all keys of a grid or those with a finite weight, numbered from 0 in linear order. Random
/// candidates and the index draw from these numbers, so no candidate is wasted on an excluded patch.
/// </summary>
internal readonly struct AllowedKeys
{
    // null: all keys are allowed, and number i is key i.
    private readonly int[]? _keys;

    private AllowedKeys(int[]? keys, int count) => (_keys, Count) = (keys, count);

    /// <summary>Number of allowed keys, at least 1.</summary>
    public int Count { get; }

    /// <summary>Allows all keys of a grid.</summary>
    public static AllowedKeys All(Extent grid) => new(null, (int)grid.Count);

    /// <summary>The keys of <paramref name="grid"/> with a finite weight; <c>null</c> allows all.</summary>
    public static AllowedKeys Of(Extent grid, float[]? weights)
    {
        if (weights is null || !weights.Contains(float.PositiveInfinity)) return All(grid);
        int[] keys = [.. Enumerable.Range(0, weights.Length).Where(k => float.IsFinite(weights[k]))];
        return new AllowedKeys(keys, keys.Length);
    }

    /// <summary>Returns the linear index of allowed key <paramref name="number"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Linear(int number) => _keys is null ? number : _keys[number];

    /// <summary>Returns the number of allowed keys before this linear index.</summary>
    public int Before(long linear)
    {
        if (_keys is null) return (int)linear;
        int at = Array.BinarySearch(_keys, (int)linear);
        return at >= 0 ? at : ~at;
    }
}
