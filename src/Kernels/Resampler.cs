using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vgpnn.Kernels;

/// <summary>Antialiased bicubic resizing of a volume in all three dimensions, one axis after the other.</summary>
public static class Resampler
{
    /// <summary>
    /// Resizes <paramref name="source"/>. The grids of input and output share their centre and the spacing is exactly
    /// 1/<paramref name="scale"/>, even where size and scale disagree by a fraction of a sample, so that levels of a
    /// pyramid stay aligned. Values may overshoot the source's range; nothing is clamped.
    /// </summary>
    /// <param name="source">What to resize.</param>
    /// <param name="output">The size wanted.</param>
    /// <param name="scale">Output samples per input sample along each axis, above 0; an axis of equal size and scale 1 is copied.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="border">What lies beyond the border.</param>
    /// <returns>A new volume.</returns>
    public static Volume Resize(Volume source, Extent output, Scale scale, Workers workers, BorderRule border = BorderRule.Mirror)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.T, nameof(scale));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.H, nameof(scale));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.W, nameof(scale));

        // The axis that shrinks most goes first: what is left for the others is smaller. The sort is stable.
        Volume result = source;
        foreach ((char axis, double s) in new[] { ('T', scale.T), ('H', scale.H), ('W', scale.W) }.OrderBy(a => a.Item2))
        {
            Extent from = result.Extent;
            (int input, int wanted) = axis switch
            {
                'T' => (from.T, output.T),
                'H' => (from.H, output.H),
                _ => (from.W, output.W),
            };
            if (s == 1 && input == wanted) continue;
            var table = AxisTable.Build(input, wanted, s, border);
            result = axis switch
            {
                'T' => ResizeT(result, table, wanted, workers),
                'H' => ResizeH(result, table, wanted, workers),
                _ => ResizeW(result, table, wanted, workers),
            };
        }

        return ReferenceEquals(result, source) ? source.Clone() : result;
    }

    /// <summary>Bytes that <see cref="Resize"/> holds at once for its own intermediate volumes and the result, the source not counted.</summary>
    public static long WorkingBytes(Extent input, Extent output, Scale scale, int channels)
    {
        Extent size = input;
        long held = 0, peak = 0;
        foreach ((char axis, double _) in new[] { ('T', scale.T), ('H', scale.H), ('W', scale.W) }.OrderBy(a => a.Item2))
        {
            size = axis switch
            {
                'T' => size with { T = output.T },
                'H' => size with { H = output.H },
                _ => size with { W = output.W },
            };
            long bytes = Volume.Bytes(size, channels);
            peak = Math.Max(peak, held + bytes);
            held = bytes;
        }

        return peak;
    }

    private static Volume ResizeT(Volume source, AxisTable table, int frames, Workers workers)
    {
        var target = new Volume(source.Extent with { T = frames }, source.Channels);
        int rows = source.Extent.H;
        workers.For(frames * rows, piece =>
        {
            int t = piece / rows, h = piece % rows;
            WeightedRows(source, table, t, h * source.RowStride, source.FrameStride, target.Row(t, h));
        });
        return target;
    }

    private static Volume ResizeH(Volume source, AxisTable table, int rows, Workers workers)
    {
        var target = new Volume(source.Extent with { H = rows }, source.Channels);
        workers.For(source.Extent.T * rows, piece =>
        {
            int t = piece / rows, h = piece % rows;
            WeightedRows(source, table, h, t * source.FrameStride, source.RowStride, target.Row(t, h));
        });
        return target;
    }

    // One output row as the weighted sum of whole source rows. Lanes are neighbouring samples; every lane adds its taps in
    // ascending order, multiply and add apart, so vectors of any width and the scalar tail give the same bits.
    private static void WeightedRows(Volume source, AxisTable table, int output, int start, int stride, Span<float> target)
    {
        ref float samples = ref MemoryMarshal.GetArrayDataReference(source.Buffer);
        ReadOnlySpan<int> index = table.Index.AsSpan(output * table.Taps, table.Taps);
        ReadOnlySpan<float> weight = table.Weight.AsSpan(output * table.Taps, table.Taps);
        int i = 0;
        for (; i <= target.Length - 16; i += 16)
        {
            Vector256<float> a = Vector256<float>.Zero, b = Vector256<float>.Zero;
            for (int j = 0; j < weight.Length; j++)
            {
                nuint at = (nuint)(start + (index[j] * stride) + i);
                var w = Vector256.Create(weight[j]);
                a += w * Vector256.LoadUnsafe(ref samples, at);
                b += w * Vector256.LoadUnsafe(ref samples, at + 8);
            }

            a.CopyTo(target[i..]);
            b.CopyTo(target[(i + 8)..]);
        }

        for (; i < target.Length; i++)
        {
            float sum = 0;
            for (int j = 0; j < weight.Length; j++)
                sum += weight[j] * Unsafe.Add(ref samples, start + (index[j] * stride) + i);
            target[i] = sum;
        }
    }

    private static Volume ResizeW(Volume source, AxisTable table, int columns, Workers workers)
    {
        var target = new Volume(source.Extent with { W = columns }, source.Channels);
        int rows = source.Extent.H;
        workers.For(source.Extent.T * rows, piece =>
        {
            int t = piece / rows, h = piece % rows;
            WeightedColumns(source, table, (t * source.FrameStride) + (h * source.RowStride), target.Row(t, h));
        });
        return target;
    }

    // One output row along W. A vector holds four channels of one voxel; lanes beyond the last channel compute with a
    // neighbour's samples (or the volume's padding) and are overwritten by the next voxel or not stored at all.
    private static void WeightedColumns(Volume source, AxisTable table, int start, Span<float> target)
    {
        ref float samples = ref MemoryMarshal.GetArrayDataReference(source.Buffer);
        int channels = source.Channels;
        for (int c = 0; c < channels; c += 4)
        {
            int lanes = Math.Min(4, channels - c);
            for (int i = 0, at = c; at < target.Length; i++, at += channels)
            {
                ReadOnlySpan<int> index = table.Index.AsSpan(i * table.Taps, table.Taps);
                ReadOnlySpan<float> weight = table.Weight.AsSpan(i * table.Taps, table.Taps);
                Vector128<float> sum = Vector128<float>.Zero;
                for (int j = 0; j < weight.Length; j++)
                    sum += Vector128.Create(weight[j]) * Vector128.LoadUnsafe(ref samples, (nuint)(start + c + (index[j] * channels)));
                for (int lane = 0; lane < lanes; lane++) target[at + lane] = sum.GetElement(lane);
            }
        }
    }
}
