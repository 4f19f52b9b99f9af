using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Indexing;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Index over key descriptors, as kernel arguments.</summary>
internal struct IndexArguments
{
    /// <summary>Cosines of order 0, 1 and 2 over the columns of a patch (<see cref="IndexBasis.ColumnBits"/>).</summary>
    public ArrayView<int> Columns;

    /// <summary>Row weights of each number of a descriptor, frame by frame (<see cref="IndexBasis.RowBits"/>).</summary>
    public ArrayView<int> Rows;

    /// <summary>Split of each tree node: the number to compare, and the threshold from which keys are in the right subtree. The root is node 1.</summary>
    public ArrayView<int> Nodes;

    /// <summary>Key positions of each leaf.</summary>
    public ArrayView<uint> Positions;

    /// <summary>Descriptors of each leaf's keys, two 16-bit numbers per word: [leaf, pair, key].</summary>
    public ArrayView<uint> Leaves;

    /// <summary>Levels of the tree above the leaves.</summary>
    public int Depth;
}

/// <summary>Arguments for describing keys.</summary>
internal struct DescribeArguments
{
    /// <summary>K.</summary>
    public ArrayView<uint> Keys;

    /// <summary>Positions of all candidates, if <see cref="IsListed"/>.</summary>
    public ArrayView<uint> Allowed;

    /// <summary>Receives the descriptors: [number, key].</summary>
    public ArrayView<int> Numbers;

    /// <summary>Receives the positions of the keys.</summary>
    public ArrayView<uint> Positions;

    /// <summary>Basis tables.</summary>
    public IndexArguments Index;

    /// <summary>Size of K.</summary>
    public Size KeySize;

    /// <summary>Whether keys are taken from <see cref="Allowed"/>.</summary>
    public int IsListed;

    /// <summary>Step between described candidates.</summary>
    public int Step;

    /// <summary>Number of keys to describe.</summary>
    public int Count;
}

/// <summary>Arguments of an index lookup.</summary>
internal struct LeadArguments
{
    /// <summary>Search arguments.</summary>
    public SearchArguments Search;

    /// <summary>Index over the keys of the search.</summary>
    public IndexArguments Index;
}

/// <summary>
/// The index on the device: a patch is described by 13 inner products with smooth functions (<see cref="PatchDescriptor"/>) in integers; a
/// tree maps the descriptor to a leaf of 16 keys, and the four with the nearest descriptors are measured.
/// </summary>
internal static class IndexKernels
{
    /// <summary>Describes keys for the host, which builds the tree.</summary>
    public static void DescribeKeys<TPatch>(DescribeArguments a)
        where TPatch : struct, IPatch
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        uint number = (uint)i * (uint)a.Step;
        uint position;
        if (a.IsListed != 0) position = a.Allowed[(int)number];
        else position = Voxels.Numbered<TPatch>(number, a.KeySize);
        a.Positions[i] = position;
        Describe<TPatch>(a.Keys, (int)position, a.KeySize.W, a.KeySize.W * a.KeySize.H, a.Index, a.Numbers, i, a.Count);
    }

    /// <summary>Assigns to each query patch the nearest of the keys that the index returns for it.</summary>
    public static void Lead<TPatch, TGroup, TWeighted, TMeasured>(LeadArguments arguments)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TWeighted : struct, IFlag
        where TMeasured : struct, IFlag
    {
        SearchArguments a = arguments.Search;
        IndexArguments index = arguments.Index;
        ArrayView<uint> tile = SharedMemory.Allocate<uint>(Tile<TPatch, TGroup>.Count);
        ArrayView<int> described = SharedMemory.Allocate<int>(IndexBasis.Padded * TGroup.W * TGroup.H);
        var here = Position<TPatch, TGroup>.Of(a.QuerySize);
        Tile<TPatch, TGroup>.Load(
            tile, a.Query.SubView(here.Sample * a.QuerySize.Next, SearchKernels.Frame(a.QuerySize)), a.QuerySize, here.T, here.H0, here.W0);
        Group.Barrier();
        uint evaluations = 0, rows = 0;
        if (here.IsInside)
        {
            // A thread's numbers are one group apart, so that adjacent threads use different banks. They are private to the thread.
            int own = Tile<TPatch, TGroup>.Own, first = Tile<TPatch, TGroup>.Thread, threads = TGroup.W * TGroup.H;
            described[first + (IndexBasis.Numbers * threads)] = 0;
            Describe<TPatch>(
                tile, own, Tile<TPatch, TGroup>.W, Tile<TPatch, TGroup>.W * Tile<TPatch, TGroup>.H, index, described, first, threads);
            int node = 1;
            for (int level = 0; level < index.Depth; level++)
                node = (2 * node) + (described[first + (index.Nodes[2 * node] * threads)] < index.Nodes[(2 * node) + 1] ? 0 : 1);
            int leaf = node - (1 << index.Depth);
            ArrayView<uint> keys = a.Keys.SubView(here.Sample * a.KeySize.Next, SearchKernels.Frame(a.KeySize));
            uint position = Voxels.Nowhere, distance = uint.MaxValue;
            ulong score = ulong.MaxValue;
            for (int lane = 0; lane < IndexBasis.Near; lane++)
            {
                uint candidate = index.Positions[(leaf * IndexBasis.LeafSize) + NearestOf(index, leaf, lane, described, first, threads)];
                if (candidate == position) continue;
                uint limit = distance;
                ulong weight = 1;
                if (TWeighted.On)
                {
                    weight = SearchKernels.Weight(a, here.Sample, candidate);
                    if (weight == 0) continue;
                    if (lane > 0) limit = (uint)Math.Min((score + weight - 1) / weight, uint.MaxValue);
                }

                evaluations++;
                uint d = SearchKernels.Distance<TPatch, TGroup>(tile, own, keys, (int)candidate, a.KeySize, limit, ref rows);
                if (d >= limit) continue;
                position = candidate;
                distance = d;
                if (TWeighted.On) score = d * weight;
            }

            long at = here.First + here.Patch;
            a.Positions[at] = position;
            a.Distances[at] = distance;
        }

        Counting.Write<TPatch, TGroup, TMeasured>(a.Counts, evaluations, rows);
    }

    // Among keys lane, lane + 4, lane + 8 and lane + 12 of a leaf, the one with the nearest descriptor; the first on equal distances.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int NearestOf(IndexArguments index, int leaf, int lane, ArrayView<int> described, int first, int threads)
    {
        int nearest = lane, least = int.MaxValue;
        for (int slot = lane; slot < IndexBasis.LeafSize; slot += IndexBasis.Near)
        {
            int sum = 0;
            for (int pair = 0; pair < IndexBasis.Padded / 2; pair++)
            {
                uint numbers = index.Leaves[(((leaf * (IndexBasis.Padded / 2)) + pair) * IndexBasis.LeafSize) + slot];
                int a = described[first + (2 * pair * threads)] - ((int)(numbers << 16) >> 16);
                int b = described[first + (((2 * pair) + 1) * threads)] - ((int)numbers >> 16);
                sum += (a * a) + (b * b);
            }

            if (sum >= least) continue;
            least = sum;
            nearest = slot;
        }

        return nearest;
    }

    // Row by row: sums over columns first, which several numbers share.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Describe<TPatch>(
        ArrayView<uint> from, int at, int rowStep, int frameStep, IndexArguments index, ArrayView<int> to, int first, int stride)
        where TPatch : struct, IPatch
    {
        int n0 = 0, n1 = 0, n2 = 0, n3 = 0, n4 = 0, n5 = 0, n6 = 0, n7 = 0, n8 = 0, n9 = 0, n10 = 0, n11 = 0, n12 = 0;
        int each = TPatch.T * TPatch.H;
        for (int t = 0; t < TPatch.T; t++)
        {
            for (int h = 0; h < TPatch.H; h++)
            {
                // Brightness with cosines of order 0 to 2, red − blue with 0 and 1, red − 2 green + blue with 0.
                int b0 = 0, b1 = 0, b2 = 0, p0 = 0, p1 = 0, g0 = 0, row = at + (t * frameStep) + (h * rowStep);
                for (int w = 0; w < TPatch.W; w++)
                {
                    uint voxel = from[row + w];
                    int red = Voxels.Channel(voxel, 0), green = Voxels.Channel(voxel, 1), blue = Voxels.Channel(voxel, 2);
                    int c0 = index.Columns[w], c1 = index.Columns[TPatch.W + w], c2 = index.Columns[(2 * TPatch.W) + w];
                    int bright = red + green + blue, warm = red - blue;
                    b0 += bright * c0;
                    b1 += bright * c1;
                    b2 += bright * c2;
                    p0 += warm * c0;
                    p1 += warm * c1;
                    g0 += (red + blue - (2 * green)) * c0;
                }

                int weight = (t * TPatch.H) + h;
                n0 += b0 * index.Rows[weight];
                n1 += b1 * index.Rows[weight + each];
                n2 += b0 * index.Rows[weight + (2 * each)];
                n3 += p0 * index.Rows[weight + (3 * each)];
                n4 += g0 * index.Rows[weight + (4 * each)];
                n5 += b0 * index.Rows[weight + (5 * each)];
                n6 += b2 * index.Rows[weight + (6 * each)];
                n7 += b0 * index.Rows[weight + (7 * each)];
                n8 += b1 * index.Rows[weight + (8 * each)];
                n9 += p1 * index.Rows[weight + (9 * each)];
                n10 += p0 * index.Rows[weight + (10 * each)];
                n11 += b1 * index.Rows[weight + (11 * each)];
                n12 += b0 * index.Rows[weight + (12 * each)];
            }
        }

        to[first] = Rounded(n0);
        to[first + stride] = Rounded(n1);
        to[first + (2 * stride)] = Rounded(n2);
        to[first + (3 * stride)] = Rounded(n3);
        to[first + (4 * stride)] = Rounded(n4);
        to[first + (5 * stride)] = Rounded(n5);
        to[first + (6 * stride)] = Rounded(n6);
        to[first + (7 * stride)] = Rounded(n7);
        to[first + (8 * stride)] = Rounded(n8);
        to[first + (9 * stride)] = Rounded(n9);
        to[first + (10 * stride)] = Rounded(n10);
        to[first + (11 * stride)] = Rounded(n11);
        to[first + (12 * stride)] = Rounded(n12);
    }

    // The brightest patch has a first number of 5,355 and rounding of the tables adds little, so differences fit into 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Rounded(int number) => Math.Min(
        Math.Max((number + (1 << (IndexBasis.ColumnBits + IndexBasis.RowBits - 1))) >> (IndexBasis.ColumnBits + IndexBasis.RowBits), -5500), 5500);
}
