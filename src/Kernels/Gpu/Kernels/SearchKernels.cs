using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Arguments of the search kernels.</summary>
/// <remarks>ILGPU cannot pass empty views, so views that a variant does not use refer to arbitrary memory.</remarks>
internal struct SearchArguments
{
    /// <summary>Q of each sample.</summary>
    public ArrayView<uint> Query;

    /// <summary>Q with 16 bits per channel.</summary>
    public ArrayView<ulong> WideQuery;

    /// <summary>K.</summary>
    public ArrayView<uint> Keys;

    /// <summary>K with 16 bits per channel.</summary>
    public ArrayView<ulong> WideKeys;

    /// <summary>Weights of key patches by position; 0 where there is no candidate.</summary>
    public ArrayView<uint> Weights;

    /// <summary>Weights from one sample to the next; 0 if all samples share them.</summary>
    public long WeightsNext;

    /// <summary>Positions of all candidates, if <see cref="IsListed"/>.</summary>
    public ArrayView<uint> Allowed;

    /// <summary>Positions before the pass.</summary>
    public ArrayView<uint> Before;

    /// <summary>Position of each patch's match.</summary>
    public ArrayView<uint> Positions;

    /// <summary>Distance of each patch's match.</summary>
    public ArrayView<uint> Distances;

    /// <summary>Seeds of the samples.</summary>
    public ArrayView<ulong> Seeds;

    /// <summary>
    /// Whether the queries of each block of patches are those of the last search (<see cref="ShapingKernels.Compare{TPatch}"/>), if
    /// <see cref="SkipsUnchanged"/>.
    /// </summary>
    public ArrayView<byte> Unchanged;

    /// <summary>Receives the counts of each group, if measured.</summary>
    public ArrayView<ulong> Counts;

    /// <summary>Size of Q.</summary>
    public Size QuerySize;

    /// <summary>Size of K.</summary>
    public Size KeySize;

    /// <summary>Number of candidates to draw from.</summary>
    public uint Choices;

    /// <summary>Whether candidates are drawn from <see cref="Allowed"/>.</summary>
    public int IsListed;

    /// <summary>Distinguishes the random choices of different searches.</summary>
    public ulong Salt;

    /// <summary>Whether the search starts from random positions.</summary>
    public int IsFresh;

    /// <summary>Whether patches of unchanged blocks keep their matches.</summary>
    public int SkipsUnchanged;

    /// <summary>Distance of the neighbours whose offsets are tried.</summary>
    public int Step;

    /// <summary>Maximum random shift of a candidate.</summary>
    public int Radius;

    /// <summary>First frame of keys of an exhaustive search.</summary>
    public int First;

    /// <summary>End of the frames of keys, exclusive.</summary>
    public int End;
}

/// <summary>Search by jump flooding: the initialisation, and one pass.</summary>
internal static class SearchKernels
{
    // A random position, the match shifted by noise, and the offsets of six neighbours, unchanged and shifted by noise.
    private const int Candidates = 14;

    /// <summary>Initialises a search with random positions, or measures the current matches.</summary>
    public static void Start<TPatch, TGroup, TWeighted, TMeasured>(SearchArguments a)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TWeighted : struct, IFlag
        where TMeasured : struct, IFlag
    {
        ArrayView<uint> tile = SharedMemory.Allocate<uint>(Tile<TPatch, TGroup>.Count);
        var here = Position<TPatch, TGroup>.Of(a.QuerySize);
        Tile<TPatch, TGroup>.Load(tile, a.Query.SubView(here.Sample * a.QuerySize.Next, Frame(a.QuerySize)), a.QuerySize, here.T, here.H0, here.W0);
        Group.Barrier();
        uint evaluations = 0, rows = 0;
        if (here.IsInside && !here.IsSettled(a))
        {
            ulong state = Voxels.Scramble(a.Seeds[here.Sample] ^ Voxels.Scramble(a.Salt + (uint)here.Patch));
            long at = here.First + here.Patch;
            uint position = a.Positions[at];
            bool fresh = a.IsFresh != 0;
            if (TWeighted.On)
            {
                // Excluded since the last search.
                if (!fresh) fresh = Weight(a, here.Sample, position) == 0;
            }

            if (fresh) position = Drawn<TPatch, TWeighted>(ref state, a);
            ArrayView<uint> keys = a.Keys.SubView(here.Sample * a.KeySize.Next, Frame(a.KeySize));
            a.Positions[at] = position;
            a.Distances[at] = Distance<TPatch, TGroup>(tile, Tile<TPatch, TGroup>.Own, keys, (int)position, a.KeySize, uint.MaxValue, ref rows);
            evaluations = 1;
        }

        Counting.Write<TPatch, TGroup, TMeasured>(a.Counts, evaluations, rows);
    }

    /// <summary>
    /// One pass: every query patch tries a random position, its match shifted by noise, and the offsets of its six neighbours at a distance,
    /// unchanged and shifted by noise. All candidates come from the state before the pass, so threads do not see each other's results.
    /// </summary>
    public static void Pass<TPatch, TGroup, TWeighted, TMeasured>(SearchArguments a)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TWeighted : struct, IFlag
        where TMeasured : struct, IFlag
    {
        ArrayView<uint> tile = SharedMemory.Allocate<uint>(Tile<TPatch, TGroup>.Count);
        var here = Position<TPatch, TGroup>.Of(a.QuerySize);
        Tile<TPatch, TGroup>.Load(tile, a.Query.SubView(here.Sample * a.QuerySize.Next, Frame(a.QuerySize)), a.QuerySize, here.T, here.H0, here.W0);
        Group.Barrier();
        uint evaluations = 0, rows = 0;
        if (here.IsInside)
        {
            long at = here.First + here.Patch;
            ArrayView<uint> before = a.Before.SubView(here.First, (long)here.GridT * here.GridH * here.GridW);
            uint position = before[here.Patch], distance = a.Distances[at];
            if (distance != 0 && !here.IsSettled(a))
                Improve<TPatch, TGroup, TWeighted>(a, here, tile, before, ref position, ref distance, ref evaluations, ref rows);
            a.Positions[at] = position;
            a.Distances[at] = distance;
        }

        Counting.Write<TPatch, TGroup, TMeasured>(a.Counts, evaluations, rows);
    }

    /// <summary>Returns the number of voxels of one sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Frame(Size size) => (long)size.T * size.H * size.W;

    /// <summary>Returns the weight of a key in a sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Weight(SearchArguments a, int sample, uint position) => a.Weights[(sample * a.WeightsNext) + position];

    // One loop that selects the candidate inside: the comparison is compiled once, and all threads execute it together.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Improve<TPatch, TGroup, TWeighted>(
        SearchArguments a, Position<TPatch, TGroup> here, ArrayView<uint> tile, ArrayView<uint> before,
        ref uint position, ref uint distance, ref uint evaluations, ref uint rows)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TWeighted : struct, IFlag
    {
        ArrayView<uint> keys = a.Keys.SubView(here.Sample * a.KeySize.Next, Frame(a.KeySize));
        int own = Tile<TPatch, TGroup>.Own;
        ulong state = Voxels.Scramble(a.Seeds[here.Sample] ^ Voxels.Scramble(a.Salt + (uint)here.Patch));
        ulong score = TWeighted.On ? (ulong)distance * Weight(a, here.Sample, position) : 0;
        uint bound = (uint)((2 * a.Radius) + 1);
        Split(position, a.KeySize, out int t, out int h, out int w);
        for (int i = 0; i < Candidates; i++)
        {
            uint candidate;
            if (i == 0)
            {
                candidate = Drawn<TPatch, TWeighted>(ref state, a);
            }
            else
            {
                if (i > 1 && (i & 1) == 0)
                {
                    int side = (i >> 1) - 1, move = (side & 1) != 0 ? a.Step : -a.Step;
                    int dt = side < 2 ? move : 0, dh = side is 2 or 3 ? move : 0, dw = side > 3 ? move : 0;
                    if ((uint)(here.T + dt) >= (uint)here.GridT || (uint)(here.H + dh) >= (uint)here.GridH || (uint)(here.W + dw) >= (uint)here.GridW)
                    {
                        // There is no such neighbour, so its shifted candidate is skipped too.
                        i++;
                        continue;
                    }

                    uint offered = before[((((here.T + dt) * here.GridH) + here.H + dh) * here.GridW) + here.W + dw];
                    Split(offered, a.KeySize, out t, out h, out w);
                    t -= dt;
                    h -= dh;
                    w -= dw;
                }

                int nt = t, nh = h, nw = w;
                if ((i & 1) != 0)
                {
                    nt += (int)Voxels.Below(ref state, bound) - a.Radius;
                    nh += (int)Voxels.Below(ref state, bound) - a.Radius;
                    nw += (int)Voxels.Below(ref state, bound) - a.Radius;
                }

                candidate = Voxels.Nearest<TPatch>(nt, nh, nw, a.KeySize);
            }

            if (candidate == position) continue;
            uint limit = distance;
            ulong weight = 1;
            if (TWeighted.On)
            {
                // Weights are integers; weighted distances are compared in 64 bits.
                weight = Weight(a, here.Sample, candidate);
                if (weight == 0) continue;
                limit = (uint)Math.Min((score + weight - 1) / weight, uint.MaxValue);
            }

            evaluations++;
            uint d = Distance<TPatch, TGroup>(tile, own, keys, (int)candidate, a.KeySize, limit, ref rows);
            if (d >= limit) continue;
            position = candidate;
            distance = d;
            if (TWeighted.On) score = d * weight;
        }
    }

    // On equal distances the current match wins, so summation may stop at the limit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Distance<TPatch, TGroup>(
        ArrayView<uint> tile, int own, ArrayView<uint> keys, int position, Size size, uint limit, ref uint rows)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
    {
        uint sum = 0;
        int row = own, key = position;
        for (int t = 0; t < TPatch.T; t++)
        {
            for (int h = 0; h < TPatch.H; h++)
            {
                sum = Voxels.Row<TPatch>(tile, row, keys, key, sum);
                rows++;
                if (sum >= limit) return sum;
                row += Tile<TPatch, TGroup>.W;
                key += size.W;
            }

            row += Tile<TPatch, TGroup>.W * (TGroup.H - 1);
            key += size.W * (size.H - TPatch.H);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Split(uint position, Size size, out int t, out int h, out int w)
    {
        uint row = position / (uint)size.W, frame = row / (uint)size.H;
        t = (int)frame;
        h = (int)(row - (frame * (uint)size.H));
        w = (int)(position - (row * (uint)size.W));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Drawn<TPatch, TWeighted>(ref ulong state, SearchArguments a)
        where TPatch : struct, IPatch
        where TWeighted : struct, IFlag
    {
        uint number = Voxels.Below(ref state, a.Choices);
        if (TWeighted.On)
        {
            if (a.IsListed != 0) return a.Allowed[(int)number];
        }

        return Voxels.Numbered<TPatch>(number, a.KeySize);
    }
}
