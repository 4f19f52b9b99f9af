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
/// A tree over the descriptors of key patches that returns a few probably near keys for a query patch. It finds at once what random search
/// finds by chance; PatchMatch then only refines and propagates. (K-d trees for nearest-neighbour fields: He and Sun 2012; here with one
/// leaf per query and no backtracking.)
/// <para>
/// The tree splits its keys at the median of the number with the largest spread, down to leaves of at most 16 keys. It is stored in arrays
/// like a heap: tree node n has children 2n and 2n + 1. Of more than 131,072 keys an evenly spaced subset is indexed.
/// </para>
/// <para>
/// A leaf stores its keys' descriptors in pairs of 16-bit numbers: the low half of vector i holds numbers 2i and 2i + 1 of keys 0 to 7, its
/// high half those of keys 8 to 15. The distances between a query and all of them then take seven vector multiplications, and for
/// each l only the nearest of keys l, l + 4, l + 8 and l + 12 is returned.
/// </para>
/// </summary>
internal sealed class PatchIndex<T>
    where T : unmanaged
{
    /// <summary>Maximum number of keys per leaf.</summary>
    public const int LeafSize = 16;

    /// <summary>Number of keys returned for a query.</summary>
    public const int Near = 4;

    // Maximum number of indexed keys.
    private const int MaxKeys = 1 << 17;

    // Number of keys whose spread determines the split of their subtree.
    private const int Probes = 128;

    // Pairs of numbers in a descriptor, and 16-bit numbers per leaf.
    private const int Pairs = 7;
    private const int LeafNumbers = Pairs * 2 * LeafSize;

    private readonly PatchDescriptor _descriptor;
    private readonly float _unit;
    private readonly int _depth;
    private readonly Split[] _nodes;
    private readonly uint[] _positions;
    private readonly short[] _leaves;

    /// <summary>Builds an index over all keys of a T×H×W×C volume.</summary>
    public PatchIndex(Volume<T> keys, Extent patch, Workers workers)
        : this(keys, patch, AllowedKeys.All(keys.Extent.PatchGrid(patch)), workers)
    {
    }

    /// <summary>Builds an index over the allowed keys.</summary>
    public PatchIndex(Volume<T> keys, Extent patch, AllowedKeys allowed, Workers workers)
    {
        Extent grid = keys.Extent.PatchGrid(patch);
        _descriptor = new PatchDescriptor(patch, keys.Channels);

        // The brightest patch has a first number of 5,355 at any size, so differences fit into 16 bits.
        _unit = (float)(21 / Math.Sqrt((double)patch.Count * keys.Channels)) * (typeof(T) == typeof(byte) ? 1 : 127.5f);
        int step = (allowed.Count + MaxKeys - 1) / MaxKeys;
        int count = (allowed.Count + step - 1) / step;
        float[][] numbers = [.. Enumerable.Range(0, _descriptor.Size).Select(_ => new float[count])];
        workers.For(grid.T * grid.H, row => Describe(keys, grid, row, allowed, step, numbers));

        while ((count - 1) >> _depth >= LeafSize) _depth++;
        _nodes = new Split[1 << _depth];
        var tree = new Tree(numbers, _nodes, [.. Enumerable.Range(0, count)]);

        // The top levels are split sequentially, then whole subtrees in parallel.
        int alone = Math.Min(_depth, 4);
        tree.Build(1, 0, count, alone);
        workers.For(1 << alone, i =>
        {
            (int first, int end) = Range((1 << alone) + i, alone, count);
            tree.Build((1 << alone) + i, first, end, _depth - alone);
        });

        _positions = new uint[LeafSize << _depth];
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

    /// <summary>Peak memory of building an index over this grid, in bytes.</summary>
    public static long Bytes(Extent grid) => Math.Min(grid.Count, MaxKeys) * ((13 * sizeof(float)) + sizeof(int) + 1 + (4 * Pairs * sizeof(short)) + (2 * sizeof(uint)));

    /// <summary>Returns the descriptors of one row of query patches; number i of patch w is at [i·patches + w].</summary>
    public float[] Describe(Volume<T> query, int t, int h, int patches)
    {
        var numbers = new float[_descriptor.Size * patches];
        Describe(query, t, h, patches, numbers);
        return numbers;
    }

    /// <summary>Writes the descriptors of one row of query patches to an existing array, <see cref="Numbers"/> per patch.</summary>
    public void Describe(Volume<T> query, int t, int h, int patches, float[] numbers) => _descriptor.Row(query, t, h, numbers, patches);

    /// <summary>Numbers in a description.</summary>
    public int Numbers => _descriptor.Size;

    /// <summary>Finds <see cref="Near"/> keys for each described query patch, and writes their positions side by side.</summary>
    [MethodImpl(Jit.Hot)]
    public void Lead(float[] numbers, Span<uint> near)
    {
        int patches = near.Length / Near, size = _descriptor.Size;
        var nodes = new int[patches];
        Array.Fill(nodes, 1);
        ref float row = ref MemoryMarshal.GetArrayDataReference(numbers);
        for (int level = 0; level < _depth; level++)
        {
            // Patch by patch within a level: the steps of one patch depend on each other, those of different patches do not.
            for (int w = 0; w < nodes.Length; w++)
            {
                Split node = _nodes[nodes[w]];
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

            // The key's number replaces the lowest bits of the distance, so that a minimum selects both.
            Vector256<int> lane = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), above = Vector256.Create(~(LeafSize - 1));
            Vector256<int> nearest = Vector256.Min((low & above) | lane, (high & above) | (lane + Vector256.Create(8)));
            Vector128<int> chosen = Vector128.Min(nearest.GetLower(), nearest.GetUpper()) & Vector128.Create(LeafSize - 1);
            for (int i = 0; i < Near; i++) near[(w * Near) + i] = _positions[(leaf * LeafSize) + chosen.GetElement(i)];
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Fill(int leaf, ReadOnlySpan<int> among, Extent keys, Extent grid, AllowedKeys allowed, int step, float[][] numbers)
    {
        for (int slot = 0; slot < LeafSize; slot++)
        {
            // Leaves with fewer keys repeat their first keys.
            int key = among[slot % among.Length];
            int linear = allowed.Linear(key * step), row = linear / grid.W;
            _positions[(leaf * LeafSize) + slot] = (uint)((((row / grid.H * keys.H) + (row % grid.H)) * keys.W) + (linear % grid.W));
            for (int n = 0; n < numbers.Length; n++)
                _leaves[(leaf * LeafNumbers) + (n / 2 * 2 * LeafSize) + (slot * 2) + (n % 2)] = Rounded(numbers[n][key]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private short Rounded(float number) => (short)MathF.Round(Math.Clamp(number * _unit, -5400, 5400));

    // Every step-th allowed key, for one row of the grid.
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

    // The range of keys below a position in the tree, halved in the same way as by Build.
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

    /// <summary>Keys whose number <see cref="By"/> is below <see cref="At"/> are in the left subtree.</summary>
    private readonly record struct Split(int By, float At);

    /// <summary>Sorts keys into a tree.</summary>
    private sealed record Tree(float[][] Numbers, Split[] Nodes, int[] Keys)
    {
        public void Build(int node, int first, int end, int levels)
        {
            if (levels == 0) return;
            int middle = (first + end) / 2;
            int by = Widest(first, end);
            float[] numbers = Numbers[by];
            SelectMiddle(numbers, first, end - 1, middle);
            Nodes[node] = new Split(by, numbers[Keys[middle]]);
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

        // Hoare's quickselect with the median of three: afterwards no key before `middle` has a larger number, and none after it a smaller one.
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
