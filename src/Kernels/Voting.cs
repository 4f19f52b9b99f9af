using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vgpnn.Kernels;

/// <summary>
/// Folds matched patches back into a volume: every voxel is covered by up to T·H·W patches (fewer at the border), and each
/// of them proposes the sample that its match has at that place.
/// </summary>
public static class Voting
{
    /// <summary>Columns that one thread works on at a time: their candidates stay in the second-level cache.</summary>
    private const int Segment = 16;

    /// <summary>Writes the vote of every voxel.</summary>
    /// <param name="values">V: the size of the keys that the field points into.</param>
    /// <param name="field">For every patch of the output its match.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="rule">How a voxel is made from its candidates.</param>
    /// <param name="output">Takes the result: channels as V, patch grid as the field's query grid.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public static void Vote(Volume values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume output, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(workers);
        if (values.Channels != output.Channels) throw new ArgumentException("values and output differ in channels", nameof(output));
        if (values.Extent.PatchGrid(patch) != field.KeyGrid) throw new ArgumentException("the field points into another size", nameof(values));
        if (output.Extent.PatchGrid(patch) != field.QueryGrid) throw new ArgumentException("the field is over another size", nameof(output));
        int rows = output.Extent.H;
        if (rule == VoteRule.Median)
        {
            var median = new MedianVote(values, field, patch, output);
            workers.For(output.Extent.T * rows, row => median.Row(row / rows, row % rows));
        }
        else
        {
            var mean = new MeanVote(values, field, patch, rule == VoteRule.Gaussian, output);
            workers.For(output.Extent.T * rows, row => mean.Row(row / rows, row % rows));
        }
    }

    /// <summary>Bytes held by <see cref="Vote"/> for every thread.</summary>
    public static long WorkingBytesPerThread(Extent patch, int channels) => MedianVote.WorkingBytes(patch, channels, Segment);

    /// <summary>The range of patches along one axis that cover place <paramref name="at"/>: first and past the last.</summary>
    internal static (int First, int End) Covering(int at, int patch, int grid) => (Math.Max(0, at - patch + 1), Math.Min(at + 1, grid));

    /// <summary>Medians, one output row at a time.</summary>
    private sealed class MedianVote(Volume values, NearestNeighbourField field, Extent patch, Volume output)
    {
        public static long WorkingBytes(Extent patch, int channels, int segment) =>
            patch.Count * Plane(patch, channels, segment) * sizeof(int);

        public void Row(int t, int h)
        {
            int width = output.Extent.W, channels = output.Channels;
            int plane = Plane(patch, channels, Segment);
            (int firstT, int endT) = Covering(t, patch.T, field.QueryGrid.T);
            (int firstH, int endH) = Covering(h, patch.H, field.QueryGrid.H);
            int planes = (endT - firstT) * (endH - firstH) * patch.W;
            int[] candidates = System.Buffers.ArrayPool<int>.Shared.Rent(planes * plane);
            Span<int> ranks = stackalloc int[Segment];
            for (int w0 = 0; w0 < width; w0 += Segment)
            {
                int columns = Math.Min(Segment, width - w0);
                Gather(candidates, plane, (firstT, endT), (firstH, endH), t, h, w0, columns);
                for (int i = 0; i < columns; i++)
                {
                    (int first, int end) = Covering(w0 + i, patch.W, field.QueryGrid.W);
                    ranks[i] = ((endT - firstT) * (endH - firstH) * (end - first) - 1) / 2;
                }

                int lead = (patch.W - 1) * channels;
                Select(candidates, planes, plane, lead, ranks, channels, output.Row(t, h).Slice(w0 * channels, columns * channels));
            }

            System.Buffers.ArrayPool<int>.Shared.Return(candidates);
        }

        // A plane holds the candidates of one patch row and one residue r: patches at w ≡ r (mod patch width) do not overlap
        // and tile the row, so each copies its whole row of W·C samples to its own place and every voxel gets at most one
        // candidate per plane. The row begins patch.W − 1 columns before the segment and ends as many after it, so that no
        // copy is ever clipped. Candidates that do not exist are the largest integer, above every rank that is asked for.
        private void Gather(
            int[] candidates, int plane, (int First, int End) frames, (int First, int End) rows, int t, int h, int w0, int columns)
        {
            int channels = values.Channels, run = patch.W * channels;
            int origin = w0 - patch.W + 1;
            (int gridH, int gridW) = (field.QueryGrid.H, field.QueryGrid.W);
            int first = Math.Max(0, origin), end = Math.Min(gridW, w0 + columns);
            bool gaps = origin < 0 || w0 + columns > gridW;
            int at = 0;
            for (int pt = frames.First; pt < frames.End; pt++)
            {
                for (int ph = rows.First; ph < rows.End; ph++)
                {
                    Span<int> block = candidates.AsSpan(at, patch.W * plane);
                    at += block.Length;
                    if (gaps) block.Fill(int.MaxValue);
                    int index = (((pt * gridH) + ph) * gridW) + first;
                    int residue = first % patch.W;
                    for (int w = first; w < end; w++, index++)
                    {
                        uint place = field.Places[index];
                        int from = ((field.T(place) + t - pt) * values.FrameStride)
                            + ((field.H(place) + h - ph) * values.RowStride) + (field.W(place) * channels);
                        int to = (residue * plane) + ((w - origin) * channels);
                        Copy(values.Buffer, from, block, to, run);
                        if (gaps) block.Slice(to + run, 8).Fill(int.MaxValue);
                        if (++residue == patch.W) residue = 0;
                    }
                }
            }
        }

        // Floats become integers of the same order: those below zero have all but their sign bit flipped. Whole vectors are
        // copied; what they write behind the run is overwritten by the plane's next run, and where there may be none, by the caller.
        private static void Copy(float[] source, int from, Span<int> target, int to, int run)
        {
            ref float s = ref MemoryMarshal.GetArrayDataReference(source);
            ref int d = ref MemoryMarshal.GetReference(target);
            for (int i = 0; i < run; i += 8)
            {
                Vector256<int> bits = Vector256.LoadUnsafe(ref s, (nuint)(from + i)).AsInt32();
                (bits ^ ((bits >> 31) & Vector256.Create(int.MaxValue))).StoreUnsafe(ref d, (nuint)(to + i));
            }
        }

        private static void Select(
            int[] candidates, int planes, int plane, int lead, ReadOnlySpan<int> ranks, int channels, Span<float> target)
        {
            Span<int> rank = stackalloc int[8];
            Span<int> chosen = stackalloc int[8];
            for (int i = 0; i < target.Length; i += 8)
            {
                int lanes = Math.Min(8, target.Length - i);
                for (int l = 0; l < 8; l++) rank[l] = ranks[(i + Math.Min(l, lanes - 1)) / channels];
                OrderStatistic.Select(candidates, lead + i, plane, planes, Vector256.Create<int>(rank)).CopyTo(chosen);
                for (int l = 0; l < lanes; l++)
                {
                    int bits = chosen[l];
                    target[i + l] = BitConverter.Int32BitsToSingle(bits ^ ((bits >> 31) & int.MaxValue));
                }
            }
        }

        // Samples of one plane, with room for whole vectors at its end.
        private static int Plane(Extent patch, int channels, int segment) => ((segment + (2 * (patch.W - 1))) * channels) + 8;
    }

    /// <summary>Weighted means, one output row at a time.</summary>
    private sealed class MeanVote
    {
        private readonly Volume _values;
        private readonly NearestNeighbourField _field;
        private readonly Extent _patch;
        private readonly Volume _output;
        private readonly float[] _weights;

        public MeanVote(Volume values, NearestNeighbourField field, Extent patch, bool gaussian, Volume output)
        {
            (_values, _field, _patch, _output) = (values, field, patch, output);
            _weights = new float[patch.Count];
            int i = 0;
            for (int t = 0; t < patch.T; t++)
                for (int h = 0; h < patch.H; h++)
                    for (int w = 0; w < patch.W; w++)
                        _weights[i++] = gaussian ? (float)(Bell(t, patch.T) * Bell(h, patch.H) * Bell(w, patch.W)) : 1;
        }

        public void Row(int t, int h)
        {
            Span<float> target = _output.Row(t, h);
            target.Clear();
            int channels = _output.Channels;
            Span<float> total = new float[_output.Extent.W];
            (int firstT, int endT) = Covering(t, _patch.T, _field.QueryGrid.T);
            (int firstH, int endH) = Covering(h, _patch.H, _field.QueryGrid.H);
            for (int pt = firstT; pt < endT; pt++)
            {
                for (int ph = firstH; ph < endH; ph++)
                {
                    ReadOnlySpan<float> weights = _weights.AsSpan((((t - pt) * _patch.H) + h - ph) * _patch.W, _patch.W);
                    int index = ((pt * _field.QueryGrid.H) + ph) * _field.QueryGrid.W;
                    for (int w = 0; w < _field.QueryGrid.W; w++, index++)
                    {
                        (int kt, int kh, int kw) = _field.Match(index);
                        ReadOnlySpan<float> source = _values.Row(kt + t - pt, kh + h - ph).Slice(kw * channels, _patch.W * channels);
                        for (int i = 0; i < weights.Length; i++)
                        {
                            total[w + i] += weights[i];
                            for (int c = 0; c < channels; c++) target[((w + i) * channels) + c] += weights[i] * source[(i * channels) + c];
                        }
                    }
                }
            }

            for (int i = 0; i < target.Length; i++) target[i] /= total[i / channels];
        }

        // exp(−½(x/1.7)²) with x from −1 to 1 over the patch, as the official program weighs. Rounded to 9 digits, so that
        // two mathematical libraries cannot differ in the last bit.
        private static double Bell(int i, int size)
        {
            double x = size == 1 ? -1 : (2.0 * i / (size - 1)) - 1;
            return Math.Round(Math.Exp(-0.5 * (x / 1.7) * (x / 1.7)), 9);
        }
    }
}
