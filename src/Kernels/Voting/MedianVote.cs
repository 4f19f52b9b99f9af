using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Voting;

/// <summary>
/// Median of all candidates. A thread processes a band of rows of one frame, one row segment at a time: it gathers the segment's
/// candidates into planes that fit into the cache, at most one candidate per voxel and plane, and selects across planes.
/// <para>
/// A plane belongs to one row of patches and one residue r: patches at w ≡ r (mod patch width) do not overlap and tile the row, so each of
/// them copies its whole run of W·C components, and a voxel gets at most one candidate per plane. Planes extend patch width − 1 columns
/// beyond the segment on both sides, so that no run is ever clipped.
/// </para>
/// </summary>
internal sealed class MedianVote<T, C, TKey>(Volume<T> values, NearestNeighbourField field, Extent patch, Volume<T> output)
    where T : unmanaged
    where C : unmanaged, IBinaryInteger<C>, IMinMaxValue<C>
    where TKey : struct, IMedianKey<T, C>
{
    private const int BandRows = 8;

    // Columns per segment: 147 planes take about 30 kB as bytes, or 60 kB as 32-bit integers.
    private static readonly int Segment = Unsafe.SizeOf<C>() == 1 ? 64 : 32;

    private readonly int _channels = output.Channels;
    private readonly int _lead = patch.W - 1;
    private readonly int _plane = ((Segment + (2 * (patch.W - 1))) * output.Channels) + Math.Max(TKey.Overrun, Vector256<C>.Count);

    public void Run(Workers workers)
    {
        int bands = (output.Extent.H + BandRows - 1) / BandRows;
        workers.For(output.Extent.T * bands, piece => Band(piece / bands, piece % bands * BandRows));
    }

    [MethodImpl(Jit.Hot)]
    private void Band(int t, int top)
    {
        Extent grid = field.QueryGrid;
        int bottom = Math.Min(top + BandRows, output.Extent.H);
        (int firstT, int endT) = PatchVoting.Covering(t, patch.T, grid.T);
        int firstH = PatchVoting.Covering(top, patch.H, grid.H).First, endH = PatchVoting.Covering(bottom - 1, patch.H, grid.H).End;

        // Start of each patch's match in V, computed once for all rows and columns that the patch covers.
        int[] starts = ArrayPool<int>.Shared.Rent((endT - firstT) * (endH - firstH) * grid.W);
        C[] candidates = ArrayPool<C>.Shared.Rent((int)patch.Count * _plane);
        int at = 0;
        for (int pt = firstT; pt < endT; pt++)
        {
            for (int ph = firstH; ph < endH; ph++)
            {
                // Shifts a match's start in V so that the patch's first row corresponds to row 0 of frame t.
                int move = ((t - pt) * values.FrameStride) - (ph * values.RowStride);
                foreach (uint position in field.Positions.AsSpan(((pt * grid.H) + ph) * grid.W, grid.W))
                    starts[at++] = ((int)position * _channels) + move;
            }
        }

        var block = new Block(t, firstT, endT, firstH, endH, starts, candidates);
        for (int h = top; h < bottom; h++) Row(block, h);
        ArrayPool<int>.Shared.Return(starts);
        ArrayPool<C>.Shared.Return(candidates);
    }

    private void Row(in Block block, int h)
    {
        (int firstH, int endH) = PatchVoting.Covering(h, patch.H, field.QueryGrid.H);
        int patchRows = (block.EndT - block.FirstT) * (endH - firstH);
        Span<C> ranks = stackalloc C[Segment];
        Span<T> row = output.Row(block.T, h);
        for (int w0 = 0; w0 < output.Extent.W; w0 += Segment)
        {
            int columns = Math.Min(Segment, output.Extent.W - w0);
            Gather(block, h, firstH, endH, w0, columns);
            for (int i = 0; i < columns; i++)
            {
                (int first, int end) = PatchVoting.Covering(w0 + i, patch.W, field.QueryGrid.W);
                ranks[i] = C.CreateTruncating(((patchRows * (end - first)) - 1) / 2) + C.MinValue;
            }

            Select(block.Candidates, patchRows * patch.W, ranks, row.Slice(w0 * _channels, columns * _channels));
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Gather(in Block block, int h, int firstH, int endH, int w0, int columns)
    {
        int run = patch.W * _channels;
        int origin = w0 - _lead;
        int gridW = field.QueryGrid.W;
        int first = Math.Max(0, origin), end = Math.Min(gridW, w0 + columns);

        // At the left and right border some planes lack candidates. They hold the maximum there, above every requested rank, and the
        // overrun of a run must be cleared before the plane's next run.
        bool gaps = origin < 0 || w0 + columns > gridW;
        ref T samples = ref MemoryMarshal.GetArrayDataReference(values.Buffer);
        int at = 0;
        for (int pt = block.FirstT; pt < block.EndT; pt++)
        {
            for (int ph = firstH; ph < endH; ph++, at += patch.W * _plane)
            {
                Span<C> planes = block.Candidates.AsSpan(at, patch.W * _plane);
                if (gaps) planes.Fill(C.MaxValue);
                ref C target = ref MemoryMarshal.GetReference(planes);
                ReadOnlySpan<int> starts = block.Starts.AsSpan(
                    (((pt - block.FirstT) * (block.EndH - block.FirstH)) + ph - block.FirstH) * gridW, gridW);
                int shift = h * values.RowStride;
                int residue = first % patch.W;
                for (int w = first; w < end; w++)
                {
                    int to = (residue * _plane) + ((w - origin) * _channels);
                    TKey.Encode(ref Unsafe.Add(ref samples, starts[w] + shift), ref Unsafe.Add(ref target, to), run);
                    if (gaps) planes.Slice(to + run, TKey.Overrun).Fill(C.MaxValue);
                    if (++residue == patch.W) residue = 0;
                }
            }
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Select(C[] candidates, int planes, ReadOnlySpan<C> ranks, Span<T> target)
    {
        int lanes = Vector256<C>.Count;
        Span<C> rank = stackalloc C[lanes];
        Span<C> chosen = stackalloc C[lanes];
        for (int i = 0; i < target.Length; i += lanes)
        {
            int used = Math.Min(lanes, target.Length - i);
            for (int l = 0; l < lanes; l++) rank[l] = ranks[(i + Math.Min(l, used - 1)) / _channels];
            OrderStatistic.Select(candidates, (_lead * _channels) + i, _plane, planes, Vector256.Create<C>(rank)).CopyTo(chosen);
            for (int l = 0; l < used; l++) target[i + l] = TKey.Decode(chosen[l]);
        }
    }

    /// <summary>State shared by the rows of a band.</summary>
    private readonly record struct Block(int T, int FirstT, int EndT, int FirstH, int EndH, int[] Starts, C[] Candidates);
}
