using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Exact search: compares every query with every key.</summary>
internal static class ExhaustiveKernels
{
    /// <summary>Compares the keys in a range of frames. The threads of a group share tiles of keys; the first of equally near keys wins.</summary>
    public static void Exhaustive<TPatch, TGroup, TWeighted, TMeasured>(SearchArguments a)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TWeighted : struct, IFlag
        where TMeasured : struct, IFlag
    {
        ArrayView<uint> tile = SharedMemory.Allocate<uint>(Tile<TPatch, TGroup>.Count);
        ArrayView<uint> keyTile = SharedMemory.Allocate<uint>(Tile<TPatch, TGroup>.Count);
        var here = Position<TPatch, TGroup>.Of(a.QuerySize);
        long at = here.First + (((here.T * here.GridH) + Math.Min(here.H, here.GridH - 1)) * here.GridW) + Math.Min(here.W, here.GridW - 1);
        Tile<TPatch, TGroup>.Load(
            tile, a.Query.SubView(here.Sample * a.QuerySize.Next, SearchKernels.Frame(a.QuerySize)), a.QuerySize, here.T, here.H0, here.W0);
        ArrayView<uint> keys = a.Keys.SubView(here.Sample * a.KeySize.Next, SearchKernels.Frame(a.KeySize));
        int own = Tile<TPatch, TGroup>.Own, keyRows = a.KeySize.H - TPatch.H + 1, keyColumns = a.KeySize.W - TPatch.W + 1;
        uint evaluations = 0, rows = 0, position = Voxels.Nowhere, distance = uint.MaxValue;
        ulong score = ulong.MaxValue;
        if (here.IsInside && a.First > 0)
        {
            position = a.Positions[at];
            distance = a.Distances[at];
            if (TWeighted.On) score = (ulong)distance * SearchKernels.Weight(a, here.Sample, position);
        }

        for (int kt = a.First; kt < a.End; kt++)
        {
            for (int kh0 = 0; kh0 < keyRows; kh0 += TGroup.H)
            {
                for (int kw0 = 0; kw0 < keyColumns; kw0 += TGroup.W)
                {
                    Group.Barrier();
                    Tile<TPatch, TGroup>.Load(keyTile, keys, a.KeySize, kt, kh0, kw0);
                    Group.Barrier();
                    int rowsHere = here.IsInside ? Math.Min(TGroup.H, keyRows - kh0) : 0, columnsHere = Math.Min(TGroup.W, keyColumns - kw0);
                    for (int i = 0; i < rowsHere; i++)
                    {
                        for (int j = 0; j < columnsHere; j++)
                        {
                            uint key = (uint)((((kt * a.KeySize.H) + kh0 + i) * a.KeySize.W) + kw0 + j);
                            uint sum;
                            bool nearer;
                            int first = (i * Tile<TPatch, TGroup>.W) + j;
                            if (TWeighted.On)
                            {
                                ulong weight = SearchKernels.Weight(a, here.Sample, key);
                                if (weight == 0) continue;

                                // The maximum score that replaces the current match.
                                ulong wins = score;
                                if (key >= position)
                                {
                                    if (score == 0) continue;
                                    wins--;
                                }

                                evaluations++;
                                nearer = IsNearer<TPatch, TGroup>(tile, own, keyTile, first, weight, wins, ref rows, out sum);
                                if (nearer) score = sum * weight;
                            }
                            else
                            {
                                uint most = distance;
                                if (key >= position)
                                {
                                    if (distance == 0) continue;
                                    most--;
                                }

                                evaluations++;
                                nearer = IsNearer<TPatch, TGroup>(tile, own, keyTile, first, most, ref rows, out sum);
                            }

                            if (!nearer) continue;
                            position = key;
                            distance = sum;
                        }
                    }
                }
            }
        }

        if (here.IsInside)
        {
            a.Positions[at] = position;
            a.Distances[at] = distance;
        }

        Counting.Write<TPatch, TGroup, TMeasured>(a.Counts, evaluations, rows);
    }

    /// <summary>
    /// Variant for the coarsest level, whose queries carry noise far outside the range of bytes and have 16 bits per channel, as do its keys with
    /// <typeparamref name="TWideKeys"/>. The level is tiny, so one thread per query patch is sufficient.
    /// </summary>
    public static void Wide<TPatch, TGroup, TWeighted, TMeasured, TWideKeys>(SearchArguments a)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TWeighted : struct, IFlag
        where TMeasured : struct, IFlag
        where TWideKeys : struct, IFlag
    {
        var here = Position<TPatch, TGroup>.Of(a.QuerySize);
        uint evaluations = 0, rows = 0;
        if (here.IsInside)
        {
            ArrayView<ulong> query = a.WideQuery.SubView(here.Sample * a.QuerySize.Next, SearchKernels.Frame(a.QuerySize));
            int own = (((here.T * a.QuerySize.H) + here.H) * a.QuerySize.W) + here.W;
            long keyBase = here.Sample * a.KeySize.Next;
            int keyFrames = a.KeySize.T - TPatch.T + 1, keyRows = a.KeySize.H - TPatch.H + 1, keyColumns = a.KeySize.W - TPatch.W + 1;
            ulong best = ulong.MaxValue;
            uint position = 0;
            for (int kt = 0; kt < keyFrames; kt++)
            {
                for (int kh = 0; kh < keyRows; kh++)
                {
                    for (int kw = 0; kw < keyColumns; kw++)
                    {
                        int key = (((kt * a.KeySize.H) + kh) * a.KeySize.W) + kw;
                        if (TWeighted.On)
                        {
                            if (SearchKernels.Weight(a, here.Sample, (uint)key) == 0) continue;
                        }

                        ulong sum = 0;
                        evaluations++;
                        for (int r = 0; r < TPatch.T * TPatch.H && sum < best; r++)
                        {
                            int f = r / TPatch.H, row = r % TPatch.H;
                            int q = own + (((f * a.QuerySize.H) + row) * a.QuerySize.W);
                            long k = keyBase + key + (((f * a.KeySize.H) + row) * a.KeySize.W);
                            for (int x = 0; x < TPatch.W; x++)
                                sum += TWideKeys.On ? Apart(query[q + x], a.WideKeys[k + x]) : Apart(query[q + x], a.Keys[k + x]);
                            rows++;
                        }

                        if (sum >= best) continue;
                        best = sum;
                        position = (uint)key;
                    }
                }
            }

            long at = here.First + here.Patch;
            a.Positions[at] = position;
            a.Distances[at] = (uint)Math.Min(best, uint.MaxValue);
        }

        Counting.Write<TPatch, TGroup, TMeasured>(a.Counts, evaluations, rows);
    }

    // Whether a key's distance is at most the limit; if not, the sum covers some rows only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNearer<TPatch, TGroup>(
        ArrayView<uint> tile, int own, ArrayView<uint> keyTile, int key, uint most, ref uint rows, out uint sum)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
    {
        sum = 0;
        for (int t = 0; t < TPatch.T; t++)
        {
            for (int h = 0; h < TPatch.H; h++)
            {
                sum = Voxels.Row<TPatch>(tile, own, keyTile, key, sum);
                rows++;
                if (sum > most) return false;
                own += Tile<TPatch, TGroup>.W;
                key += Tile<TPatch, TGroup>.W;
            }

            own += Tile<TPatch, TGroup>.W * (TGroup.H - 1);
            key += Tile<TPatch, TGroup>.W * (TGroup.H - 1);
        }

        return true;
    }

    // Weighted variant.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNearer<TPatch, TGroup>(
        ArrayView<uint> tile, int own, ArrayView<uint> keyTile, int key, ulong weight, ulong wins, ref uint rows, out uint sum)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
    {
        sum = 0;
        for (int t = 0; t < TPatch.T; t++)
        {
            for (int h = 0; h < TPatch.H; h++)
            {
                sum = Voxels.Row<TPatch>(tile, own, keyTile, key, sum);
                rows++;
                if (sum * weight > wins) return false;
                own += Tile<TPatch, TGroup>.W;
                key += Tile<TPatch, TGroup>.W;
            }

            own += Tile<TPatch, TGroup>.W * (TGroup.H - 1);
            key += Tile<TPatch, TGroup>.W * (TGroup.H - 1);
        }

        return true;
    }

    // Up to 4 · 32766², which just fits into 32 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Apart(ulong query, uint key) => Apart(
        (uint)query, (uint)(query >> 32), (key & 255) | ((key & 0xFF00) << 8), ((key >> 16) & 255) | ((key >> 8) & 0xFF0000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Apart(ulong query, ulong key) => Apart((uint)query, (uint)(query >> 32), (uint)key, (uint)(key >> 32));

    // Each word holds two channels of 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Apart(uint low, uint high, uint keyLow, uint keyHigh)
    {
        int x = ((int)(low << 16) >> 16) - ((int)(keyLow << 16) >> 16), y = ((int)low >> 16) - ((int)keyLow >> 16);
        int z = ((int)(high << 16) >> 16) - ((int)(keyHigh << 16) >> 16), w = ((int)high >> 16) - ((int)keyHigh >> 16);
        return (uint)(x * x) + (uint)(y * y) + (uint)(z * z) + (uint)(w * w);
    }
}
