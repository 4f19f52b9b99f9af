namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>
/// Builds a tree of described keys on the host: each subtree is split at the median of the number with the largest spread, down to leaves of
/// at most 16 keys. It is stored in arrays like a heap: tree node n has children 2n and 2n + 1; the root is node 1.
/// </summary>
internal sealed class IndexTree
{
    // Number of keys whose spread determines the split of their subtree.
    private const int Probes = 128;

    // Subtrees below this level are built in parallel.
    private const int Alone = 4;

    private readonly int[] _numbers;
    private readonly int _count;
    private readonly int[] _keys;

    /// <param name="numbers">Descriptors, [number, key].</param>
    /// <param name="positions">Position of each key.</param>
    public IndexTree(int[] numbers, uint[] positions)
    {
        (_numbers, _count) = (numbers, positions.Length);
        while ((_count - 1) >> Depth >= IndexBasis.LeafSize) Depth++;
        _keys = [.. Enumerable.Range(0, _count)];
        Nodes = new int[2 << Depth];
        int alone = Math.Min(Depth, Alone);
        Build(1, 0, _count, alone);
        Parallel.For(0, 1 << alone, i =>
        {
            (int first, int end) = Range((1 << alone) + i, alone);
            Build((1 << alone) + i, first, end, Depth - alone);
        });
        Positions = new uint[IndexBasis.LeafSize << Depth];
        Leaves = new uint[(IndexBasis.LeafSize * IndexBasis.Padded / 2) << Depth];
        Parallel.For(0, 1 << Depth, leaf => Fill(leaf, positions));
    }

    /// <summary>Levels of the tree above the leaves.</summary>
    public int Depth { get; }

    /// <summary>As <see cref="IndexArguments.Nodes"/>.</summary>
    public int[] Nodes { get; }

    /// <summary>As <see cref="IndexArguments.Positions"/>.</summary>
    public uint[] Positions { get; }

    /// <summary>As <see cref="IndexArguments.Leaves"/>.</summary>
    public uint[] Leaves { get; }

    private void Fill(int leaf, uint[] positions)
    {
        (int first, int end) = Range((1 << Depth) + leaf, Depth);
        for (int slot = 0; slot < IndexBasis.LeafSize; slot++)
        {
            // Leaves with fewer keys repeat their first keys.
            int key = _keys[first + (slot % (end - first))];
            Positions[(leaf * IndexBasis.LeafSize) + slot] = positions[key];
            for (int pair = 0; pair < IndexBasis.Padded / 2; pair++)
            {
                uint low = (ushort)Number(2 * pair, key), high = (ushort)Number((2 * pair) + 1, key);
                Leaves[(((leaf * (IndexBasis.Padded / 2)) + pair) * IndexBasis.LeafSize) + slot] = low | (high << 16);
            }
        }
    }

    private int Number(int number, int key) => number < IndexBasis.Numbers ? _numbers[(number * _count) + key] : 0;

    private void Build(int node, int first, int end, int levels)
    {
        if (levels == 0) return;
        int middle = (first + end) / 2, by = Widest(first, end);
        ReadOnlySpan<int> numbers = _numbers.AsSpan(by * _count, _count);
        SelectMiddle(numbers, first, end - 1, middle);
        (Nodes[2 * node], Nodes[(2 * node) + 1]) = (by, numbers[_keys[middle]]);
        Build(2 * node, first, middle, levels - 1);
        Build((2 * node) + 1, middle, end, levels - 1);
    }

    // The range of keys of a subtree, halved in the same way as by Build.
    private (int First, int End) Range(int node, int level)
    {
        (int first, int end) = (0, _count);
        for (int bit = level - 1; bit >= 0; bit--)
        {
            int middle = (first + end) / 2;
            if (((node >> bit) & 1) == 0) end = middle;
            else first = middle;
        }

        return (first, end);
    }

    private int Widest(int first, int end)
    {
        int step = Math.Max(1, (end - first) / Probes), widest = 0;
        long most = -1;
        for (int number = 0; number < IndexBasis.Numbers; number++)
        {
            long sum = 0, squares = 0, count = 0;
            for (int k = first; k < end; k += step, count++)
            {
                long x = Number(number, _keys[k]);
                (sum, squares) = (sum + x, squares + (x * x));
            }

            long spread = (squares * count) - (sum * sum);
            if (spread > most) (widest, most) = (number, spread);
        }

        return widest;
    }

    // Hoare's quickselect with the median of three: afterwards no key before `middle` has a larger number, and none after it a smaller one.
    private void SelectMiddle(ReadOnlySpan<int> numbers, int first, int last, int middle)
    {
        while (first < last)
        {
            int a = numbers[_keys[first]], b = numbers[_keys[(first + last) / 2]], c = numbers[_keys[last]];
            int pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            (int i, int j) = (first, last);
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
