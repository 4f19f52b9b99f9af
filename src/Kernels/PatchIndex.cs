using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>
/// A tree over the descriptions of key patches that leads a query patch to a handful of probably near keys, wherever they
/// are: what random search finds by luck, this finds at once. PatchMatch then only has to polish and to spread.
/// (K-d trees for nearest-neighbour fields: He and Sun 2012; here with one leaf per query and no backtracking.)
/// <para>
/// The tree halves its keys at the median of the number that varies most among them, down to leaves of at most 16 keys. It
/// lies in arrays like a heap: node n has children 2n and 2n + 1. Of very many keys an even sample is indexed.
/// </para>
/// </summary>
internal sealed class PatchIndex<T>
    where T : unmanaged
{
    /// <summary>Keys that are indexed at most.</summary>
    private const int MaxKeys = 1 << 17;

    /// <summary>Keys per leaf at most.</summary>
    public const int LeafSize = 16;

    // Keys of a node whose spread is looked at, to choose the number to cut by.
    private const int Probes = 128;

    private readonly PatchDescriptor _descriptor;
    private readonly float[][] _numbers;
    private readonly int[] _keys;
    private readonly int _depth;
    private readonly byte[] _cutBy;
    private readonly float[] _cutAt;

    /// <summary>Describes and sorts all keys.</summary>
    public PatchIndex(Volume<T> keys, Extent patch, Workers workers)
        : this(keys, patch, AllowedKeys.All(keys.Extent.PatchGrid(patch)), workers)
    {
    }

    /// <summary>Describes and sorts the keys that may be chosen.</summary>
    public PatchIndex(Volume<T> keys, Extent patch, AllowedKeys allowed, Workers workers)
    {
        Extent grid = keys.Extent.PatchGrid(patch);
        _descriptor = new PatchDescriptor(patch, keys.Channels);
        int step = (allowed.Count + MaxKeys - 1) / MaxKeys;
        int count = (allowed.Count + step - 1) / step;
        _numbers = [.. Enumerable.Range(0, _descriptor.Size).Select(_ => new float[count])];
        workers.For(grid.T * grid.H, row => Describe(keys, grid, row, allowed, step));

        _keys = [.. Enumerable.Range(0, count)];
        while ((count - 1) >> _depth >= LeafSize) _depth++;
        _cutBy = new byte[1 << _depth];
        _cutAt = new float[1 << _depth];

        // The upper levels one after the other, then whole subtrees side by side.
        int alone = Math.Min(_depth, 4);
        Build(1, 0, count, alone);
        workers.For(1 << alone, i =>
        {
            (int first, int end) = Range((1 << alone) + i, alone);
            Build((1 << alone) + i, first, end, _depth - alone);
        });
        for (int i = 0; i < count; i++) _keys[i] = allowed.Linear(_keys[i] * step);
    }

    /// <summary>Bytes that an index over this grid takes.</summary>
    public static long Bytes(Extent grid) => Math.Min(grid.Count, MaxKeys) * ((13 * sizeof(float)) + sizeof(int) + 1);

    /// <summary>Describes the query patches of one row of their grid, for <see cref="Near"/>.</summary>
    public float[] Describe(Volume<T> query, int t, int h, int patches)
    {
        var numbers = new float[_descriptor.Size * patches];
        _descriptor.Row(query, t, h, numbers, patches);
        return numbers;
    }

    /// <summary>Linear indices of the keys in the leaf that query patch <paramref name="w"/> of a described row falls into.</summary>
    [MethodImpl(Jit.Hot)]
    public ReadOnlySpan<int> Near(float[] row, int patches, int w)
    {
        int node = 1;
        for (int level = 0; level < _depth; level++)
            node = (2 * node) + (row[(_cutBy[node] * patches) + w] < _cutAt[node] ? 0 : 1);
        (int first, int end) = Range(node, _depth);
        return _keys.AsSpan(first, end - first);
    }

    // Every step-th of the allowed keys, those of one row of the grid.
    private void Describe(Volume<T> keys, Extent grid, int row, AllowedKeys allowed, int step)
    {
        int start = row * grid.W;
        int first = (allowed.Before(start) + step - 1) / step, end = (allowed.Before(start + grid.W) + step - 1) / step;
        if (first == end) return;
        float[] numbers = Describe(keys, row / grid.H, row % grid.H, grid.W);
        for (int key = first; key < end; key++)
        {
            int w = allowed.Linear(key * step) - start;
            for (int i = 0; i < _numbers.Length; i++) _numbers[i][key] = numbers[(i * grid.W) + w];
        }
    }

    // Where a node's keys lie: halving as Build halves.
    private (int First, int End) Range(int node, int level)
    {
        int first = 0, end = _keys.Length;
        for (int bit = level - 1; bit >= 0; bit--)
        {
            int middle = (first + end) / 2;
            if (((node >> bit) & 1) == 0) end = middle;
            else first = middle;
        }

        return (first, end);
    }

    private void Build(int node, int first, int end, int levels)
    {
        if (levels == 0) return;
        int middle = (first + end) / 2;
        int by = Widest(first, end);
        float[] numbers = _numbers[by];
        SelectMiddle(numbers, first, end - 1, middle);
        _cutBy[node] = (byte)by;
        _cutAt[node] = numbers[_keys[middle]];
        Build(2 * node, first, middle, levels - 1);
        Build((2 * node) + 1, middle, end, levels - 1);
    }

    [MethodImpl(Jit.Hot)]
    private int Widest(int first, int end)
    {
        int step = Math.Max(1, (end - first) / Probes);
        int widest = 0;
        double most = -1;
        for (int i = 0; i < _numbers.Length; i++)
        {
            double sum = 0, squares = 0;
            int count = 0;
            for (int k = first; k < end; k += step, count++)
            {
                double x = _numbers[i][_keys[k]];
                sum += x;
                squares += x * x;
            }

            double variance = (squares / count) - (sum / count * (sum / count));
            if (variance > most) (widest, most) = (i, variance);
        }

        return widest;
    }

    // Hoare's quickselect with the median of three: afterwards no key before `middle` has a larger number, none after it a smaller one.
    [MethodImpl(Jit.Hot)]
    private void SelectMiddle(float[] numbers, int first, int last, int middle)
    {
        while (first < last)
        {
            float a = numbers[_keys[first]], b = numbers[_keys[(first + last) / 2]], c = numbers[_keys[last]];
            float pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            int i = first, j = last;
            while (i <= j)
            {
                while (numbers[_keys[i]] < pivot) i++;
                while (numbers[_keys[j]] > pivot) j--;
                if (i > j) break;
                (_keys[i], _keys[j]) = (_keys[j], _keys[i]);
                i++;
                j--;
            }

            if (middle <= j) last = j;
            else if (middle >= i) first = i;
            else return;
        }
    }
}
