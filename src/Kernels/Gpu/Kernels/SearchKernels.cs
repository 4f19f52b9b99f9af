using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>What the search kernels work on.</summary>
/// <remarks>Views that a variant does not use hold any memory of the device: views without any cannot be passed.</remarks>
internal struct SearchArguments
{
    /// <summary>Q of every sample.</summary>
    public ArrayView<uint> Query;

    /// <summary>Q with 16 bits a channel.</summary>
    public ArrayView<ulong> WideQuery;

    /// <summary>K.</summary>
    public ArrayView<uint> Keys;

    /// <summary>K with 16 bits a channel.</summary>
    public ArrayView<ulong> WideKeys;

    /// <summary>Weights of key patches by place, 0 where there is no candidate.</summary>
    public ArrayView<uint> Weights;

    /// <summary>Weights from one sample to the next; 0 if all samples share them.</summary>
    public long WeightsNext;

    /// <summary>The places of all candidates, if <see cref="IsListed"/>.</summary>
    public ArrayView<uint> Allowed;

    /// <summary>Places before the pass.</summary>
    public ArrayView<uint> Before;

    /// <summary>Places.</summary>
    public ArrayView<uint> Places;

    /// <summary>Distances.</summary>
    public ArrayView<uint> Distances;

    /// <summary>The samples' seeds.</summary>
    public ArrayView<ulong> Seeds;

    /// <summary>For every block of patches whether its queries are those of the last search (<see cref="ShapingKernels.Compare{TPatch}"/>), if <see cref="SkipsUnchanged"/>.</summary>
    public ArrayView<byte> Unchanged;

    /// <summary>Counts of every group, where they are measured.</summary>
    public ArrayView<ulong> Counts;

    /// <summary>Size of Q.</summary>
    public Size QuerySize;

    /// <summary>Size of K.</summary>
    public Size KeySize;

    /// <summary>How many candidates there are to draw from.</summary>
    public uint Choices;

    /// <summary>Whether candidates are drawn from <see cref="Allowed"/>.</summary>
    public int IsListed;

    /// <summary>What the random choices are for.</summary>
    public ulong Salt;

    /// <summary>Whether a start draws random places.</summary>
    public int IsFresh;

    /// <summary>Whether patches of unchanged blocks keep their matches.</summary>
    public int SkipsUnchanged;

    /// <summary>Distance of the neighbours that make offers.</summary>
    public int Step;

    /// <summary>How far an offer is moved at most.</summary>
    public int Radius;

    /// <summary>The first frame of keys of an exhaustive search.</summary>
    public int First;

    /// <summary>One more than the last.</summary>
    public int End;
}

/// <summary>Search by jump flooding: the start, and one pass.</summary>
internal static class SearchKernels
{
    // A random place, the match moved by noise, and what six neighbours offer, as it is and moved by noise.
    private const int Candidates = 14;

    /// <summary>Where a search starts: a random place, or the match so far measured again.</summary>
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
            uint place = a.Places[at];
            bool fresh = a.IsFresh != 0;
            if (TWeighted.On)
            {
                // Forbidden since the last search.
                if (!fresh) fresh = Weight(a, here.Sample, place) == 0;
            }

            if (fresh) place = Drawn<TPatch, TWeighted>(ref state, a);
            ArrayView<uint> keys = a.Keys.SubView(here.Sample * a.KeySize.Next, Frame(a.KeySize));
            a.Places[at] = place;
            a.Distances[at] = Distance<TPatch, TGroup>(tile, Tile<TPatch, TGroup>.Own, keys, (int)place, a.KeySize, uint.MaxValue, ref rows);
            evaluations = 1;
        }

        Counting.Write<TPatch, TGroup, TMeasured>(a.Counts, evaluations, rows);
    }

    /// <summary>
    /// One pass: every query patch tries a random place, its match moved by noise, and the offsets of its six neighbours at a distance, as
    /// they are and moved by noise. All come from the state before the pass, so that no thread sees another's find.
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
            uint place = before[here.Patch], distance = a.Distances[at];
            if (distance != 0 && !here.IsSettled(a))
                Improve<TPatch, TGroup, TWeighted>(a, here, tile, before, ref place, ref distance, ref evaluations, ref rows);
            a.Places[at] = place;
            a.Distances[at] = distance;
        }

        Counting.Write<TPatch, TGroup, TMeasured>(a.Counts, evaluations, rows);
    }

    /// <summary>Voxels of one sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Frame(Size size) => (long)size.T * size.H * size.W;

    /// <summary>The weight of a key in a sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Weight(SearchArguments a, int sample, uint place) => a.Weights[(sample * a.WeightsNext) + place];

    // One loop with the choice of the place inside it: the comparison is compiled once, and all threads run it together.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Improve<TPatch, TGroup, TWeighted>(
        SearchArguments a, Position<TPatch, TGroup> here, ArrayView<uint> tile, ArrayView<uint> before,
        ref uint place, ref uint distance, ref uint evaluations, ref uint rows)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TWeighted : struct, IFlag
    {
        ArrayView<uint> keys = a.Keys.SubView(here.Sample * a.KeySize.Next, Frame(a.KeySize));
        int own = Tile<TPatch, TGroup>.Own;
        ulong state = Voxels.Scramble(a.Seeds[here.Sample] ^ Voxels.Scramble(a.Salt + (uint)here.Patch));
        ulong score = TWeighted.On ? (ulong)distance * Weight(a, here.Sample, place) : 0;
        uint bound = (uint)((2 * a.Radius) + 1);
        Split(place, a.KeySize, out int t, out int h, out int w);
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
                        // There is no such neighbour, and so no offer to move either.
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

            if (candidate == place) continue;
            uint limit = distance;
            ulong weight = 1;
            if (TWeighted.On)
            {
                // Weights are whole numbers; distances times weights are compared in 64 bits.
                weight = Weight(a, here.Sample, candidate);
                if (weight == 0) continue;
                limit = (uint)Math.Min((score + weight - 1) / weight, uint.MaxValue);
            }

            evaluations++;
            uint d = Distance<TPatch, TGroup>(tile, own, keys, (int)candidate, a.KeySize, limit, ref rows);
            if (d >= limit) continue;
            place = candidate;
            distance = d;
            if (TWeighted.On) score = d * weight;
        }
    }

    // Of equally near places the one so far stays, so a distance that comes to the limit need not be known.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Distance<TPatch, TGroup>(
        ArrayView<uint> tile, int own, ArrayView<uint> keys, int place, Size size, uint limit, ref uint rows)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
    {
        uint sum = 0;
        int row = own, key = place;
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
    internal static void Split(uint place, Size size, out int t, out int h, out int w)
    {
        uint row = place / (uint)size.W, frame = row / (uint)size.H;
        t = (int)frame;
        h = (int)(row - (frame * (uint)size.H));
        w = (int)(place - (row * (uint)size.W));
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
