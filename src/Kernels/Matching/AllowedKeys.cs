using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Matching;

/// <summary>
/// The key patches that a search may choose from: all of a grid, or those whose weight is finite, numbered from 0 in linear
/// order. Random places and the index draw from these numbers, so that none is wasted on a patch that can never win.
/// </summary>
internal readonly struct AllowedKeys
{
    // Null: all, and number i is key i.
    private readonly int[]? _keys;

    private AllowedKeys(int[]? keys, int count) => (_keys, Count) = (keys, count);

    /// <summary>How many there are, at least 1.</summary>
    public int Count { get; }

    /// <summary>All keys of a grid.</summary>
    public static AllowedKeys All(Extent grid) => new(null, (int)grid.Count);

    /// <summary>The keys of <paramref name="grid"/> that a valid task's weights leave over; null: all.</summary>
    public static AllowedKeys Of(Extent grid, float[]? weights)
    {
        if (weights is null || !weights.Contains(float.PositiveInfinity)) return All(grid);
        int[] keys = [.. Enumerable.Range(0, weights.Length).Where(k => float.IsFinite(weights[k]))];
        return new AllowedKeys(keys, keys.Length);
    }

    /// <summary>The linear index of allowed key <paramref name="number"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Linear(int number) => _keys is null ? number : _keys[number];

    /// <summary>How many allowed keys lie before this linear index.</summary>
    public int Before(long linear)
    {
        if (_keys is null) return (int)linear;
        int at = Array.BinarySearch(_keys, (int)linear);
        return at >= 0 ? at : ~at;
    }
}
