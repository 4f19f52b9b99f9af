using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Indexing;

/// <summary>
/// A tree over the descriptions of key patches that leads a query patch to a handful of probably near keys, wherever they
/// are: what random search finds by luck, this finds at once. PatchMatch then only has to polish and to spread.
/// (K-d trees for nearest-neighbour fields: He and Sun 2012; here with one leaf per query and no backtracking.)
/// <para>
/// The tree halves its keys at the median of the number that varies most among them, down to leaves of at most 16 keys. It
/// lies in arrays like a heap: node n has children 2n and 2n + 1. Of very many keys an even sample is indexed.
/// </para>
/// <para>
/// A leaf keeps its keys' descriptions, rounded to 16 bits, in pairs: vector i, low half, holds numbers 2i and 2i + 1 of keys 0
/// to 7, its high half those of keys 8 to 15. So a query's distances to all of them take seven multiplications of vectors, and
/// only the nearest of keys l, l + 4, l + 8 and l + 12, for every l, is worth a look at its patch.
/// </para>
/// </summary>
internal sealed class PatchIndex<T>
    where T : unmanaged
{
    /// <summary>Keys per leaf at most.</summary>
    public const int LeafSize = 16;

    /// <summary>Keys that a query is led to.</summary>
    public const int Near = 4;

    // Keys that are indexed at most.
    private const int MaxKeys = 1 << 17;

    // Keys of a node whose spread is looked at, to choose the number to cut by.
    private const int Probes = 128;

    // Pairs of numbers in a description, and 16-bit numbers that a leaf takes.
    private const int Pairs = 7;
    private const int LeafNumbers = Pairs * 2 * LeafSize;

    private readonly PatchDescriptor _descriptor;
    private readonly float _unit;
    private readonly int _depth;
    private readonly Node[] _nodes;
    private readonly uint[] _places;
    private readonly short[] _leaves;

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

        // The brightest patch is described by 5,355 at the most, whatever the size: differences fit into 16 bits.
        _unit = (float)(21 / Math.Sqrt((double)patch.Count * keys.Channels)) * (typeof(T) == typeof(byte) ? 1 : 127.5f);
        int step = (allowed.Count + MaxKeys - 1) / MaxKeys;
        int count = (allowed.Count + step - 1) / step;
        float[][] numbers = [.. Enumerable.Range(0, _descriptor.Size).Select(_ => new float[count])];
        workers.For(grid.T * grid.H, row => Describe(keys, grid, row, allowed, step, numbers));

        while ((count - 1) >> _depth >= LeafSize) _depth++;
        _nodes = new Node[1 << _depth];
        var tree = new Tree(numbers, _nodes, [.. Enumerable.Range(0, count)]);

        // The upper levels one after the other, then whole subtrees side by side.
        int alone = Math.Min(_depth, 4);
        tree.Build(1, 0, count, alone);
        workers.For(1 << alone, i =>
        {
            (int first, int end) = Range((1 << alone) + i, alone, count);
            tree.Build((1 << alone) + i, first, end, _depth - alone);
        });

        _places = new uint[LeafSize << _depth];
        _leaves = new short[LeafNumbers << _depth];
        workers.For(1 << alone, i =>
        {
            for (int leaf = i << (_depth - alone); leaf < (i + 1) << (_depth - alone); leaf++)
            {
                (int first, int end) = Range((1 << _depth) + leaf, _depth, count);
                Fill(leaf, tree.Keys.AsSpan(first, end - first), keys.Extent, grid, allowed, step, numbers);
            }
        });
    }

    /// <summary>Bytes that an index over this grid takes, while it is made.</summary>
    public static long Bytes(Extent grid) => Math.Min(grid.Count, MaxKeys) * ((13 * sizeof(float)) + sizeof(int) + 1 + (4 * Pairs * sizeof(short)) + (2 * sizeof(uint)));

    /// <summary>Describes the query patches of one row of their grid: number i of patch w comes at [i·patches + w].</summary>
    public float[] Describe(Volume<T> query, int t, int h, int patches)
    {
        var numbers = new float[_descriptor.Size * patches];
        Describe(query, t, h, patches, numbers);
        return numbers;
    }

    /// <summary>The same into numbers that are there already, <see cref="Numbers"/> a patch.</summary>
    public void Describe(Volume<T> query, int t, int h, int patches, float[] numbers) => _descriptor.Row(query, t, h, numbers, patches);

    /// <summary>Numbers in a description.</summary>
    public int Numbers => _descriptor.Size;

    /// <summary>Leads described query patches to <see cref="Near"/> keys each, whose places come side by side.</summary>
    [MethodImpl(Jit.Hot)]
    public void Lead(float[] numbers, Span<uint> near)
    {
        int patches = near.Length / Near, size = _descriptor.Size;
        var nodes = new int[patches];
        Array.Fill(nodes, 1);
        ref float row = ref MemoryMarshal.GetArrayDataReference(numbers);
        for (int level = 0; level < _depth; level++)
        {
            // Patch by patch within a level: the steps of one patch wait for each other, those of many do not.
            for (int w = 0; w < nodes.Length; w++)
            {
                Node node = _nodes[nodes[w]];
                nodes[w] = (2 * nodes[w]) + (Unsafe.Add(ref row, (node.By * patches) + w) < node.At ? 0 : 1);
            }
        }

        Span<short> described = stackalloc short[2 * Pairs];
        described.Clear();
        ref short leaves = ref MemoryMarshal.GetArrayDataReference(_leaves);
        for (int w = 0; w < nodes.Length; w++)
        {
            for (int n = 0; n < size; n++) described[n] = Rounded(Unsafe.Add(ref row, (n * patches) + w));
            int leaf = nodes[w] - (1 << _depth);
            ref short at = ref Unsafe.Add(ref leaves, leaf * LeafNumbers);
            Vector256<int> low = default, high = default;
            ReadOnlySpan<int> pairs = MemoryMarshal.Cast<short, int>(described);
            for (int i = 0; i < Pairs; i++)
            {
                Vector256<short> q = Vector256.Create(pairs[i]).AsInt16();
                Vector256<short> a = Vector256.LoadUnsafe(ref at, (nuint)(i * 2 * LeafSize)) - q;
                Vector256<short> b = Vector256.LoadUnsafe(ref at, (nuint)((i * 2 * LeafSize) + LeafSize)) - q;
                low += SimdOps.MultiplyAddPairs(a, a);
                high += SimdOps.MultiplyAddPairs(b, b);
            }

            // The key's number replaces the distance's lowest bits and travels with it.
            Vector256<int> lane = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), above = Vector256.Create(~(LeafSize - 1));
            Vector256<int> nearest = Vector256.Min((low & above) | lane, (high & above) | (lane + Vector256.Create(8)));
            Vector128<int> chosen = Vector128.Min(nearest.GetLower(), nearest.GetUpper()) & Vector128.Create(LeafSize - 1);
            for (int i = 0; i < Near; i++) near[(w * Near) + i] = _places[(leaf * LeafSize) + chosen.GetElement(i)];
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Fill(int leaf, ReadOnlySpan<int> among, Extent keys, Extent grid, AllowedKeys allowed, int step, float[][] numbers)
    {
        for (int slot = 0; slot < LeafSize; slot++)
        {
            // Where a leaf has fewer keys, its first ones come twice.
            int key = among[slot % among.Length];
            int linear = allowed.Linear(key * step), row = linear / grid.W;
            _places[(leaf * LeafSize) + slot] = (uint)((((row / grid.H * keys.H) + (row % grid.H)) * keys.W) + (linear % grid.W));
            for (int n = 0; n < numbers.Length; n++)
                _leaves[(leaf * LeafNumbers) + (n / 2 * 2 * LeafSize) + (slot * 2) + (n % 2)] = Rounded(numbers[n][key]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private short Rounded(float number) => (short)MathF.Round(Math.Clamp(number * _unit, -5400, 5400));

    // Every step-th of the allowed keys, those of one row of the grid.
    [MethodImpl(Jit.Hot)]
    private void Describe(Volume<T> keys, Extent grid, int row, AllowedKeys allowed, int step, float[][] numbers)
    {
        int start = row * grid.W;
        int first = (allowed.Before(start) + step - 1) / step, end = (allowed.Before(start + grid.W) + step - 1) / step;
        if (first == end) return;
        float[] described = ArrayPool<float>.Shared.Rent(_descriptor.Size * grid.W);
        Describe(keys, row / grid.H, row % grid.H, grid.W, described);
        for (int key = first; key < end; key++)
        {
            int w = allowed.Linear(key * step) - start;
            for (int i = 0; i < numbers.Length; i++) numbers[i][key] = described[(i * grid.W) + w];
        }

        ArrayPool<float>.Shared.Return(described);
    }

    // Where a node's keys lie: halving as Build halves.
    private static (int First, int End) Range(int node, int level, int count)
    {
        int first = 0, end = count;
        for (int bit = level - 1; bit >= 0; bit--)
        {
            int middle = (first + end) / 2;
            if (((node >> bit) & 1) == 0) end = middle;
            else first = middle;
        }

        return (first, end);
    }

    /// <summary>Keys whose number <see cref="By"/> is below <see cref="At"/> go left.</summary>
    private readonly record struct Node(int By, float At);

    /// <summary>Sorts keys into a tree.</summary>
    private sealed record Tree(float[][] Numbers, Node[] Nodes, int[] Keys)
    {
        public void Build(int node, int first, int end, int levels)
        {
            if (levels == 0) return;
            int middle = (first + end) / 2;
            int by = Widest(first, end);
            float[] numbers = Numbers[by];
            SelectMiddle(numbers, first, end - 1, middle);
            Nodes[node] = new Node(by, numbers[Keys[middle]]);
            Build(2 * node, first, middle, levels - 1);
            Build((2 * node) + 1, middle, end, levels - 1);
        }

        [MethodImpl(Jit.Hot)]
        private int Widest(int first, int end)
        {
            int step = Math.Max(1, (end - first) / Probes);
            int widest = 0;
            double most = -1;
            for (int i = 0; i < Numbers.Length; i++)
            {
                double sum = 0, squares = 0;
                int count = 0;
                for (int k = first; k < end; k += step, count++)
                {
                    double x = Numbers[i][Keys[k]];
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
                float a = numbers[Keys[first]], b = numbers[Keys[(first + last) / 2]], c = numbers[Keys[last]];
                float pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
                int i = first, j = last;
                while (i <= j)
                {
                    while (numbers[Keys[i]] < pivot) i++;
                    while (numbers[Keys[j]] > pivot) j--;
                    if (i > j) break;
                    (Keys[i], Keys[j]) = (Keys[j], Keys[i]);
                    i++;
                    j--;
                }

                if (middle <= j) last = j;
                else if (middle >= i) first = i;
                else return;
            }
        }
    }
}
