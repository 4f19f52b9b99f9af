using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Resampling;

/// <summary>
/// Antialiased bicubic resizing of a volume along all three axes. A work item is a band of output rows of one frame: its source rows are
/// combined over time, then over rows, then over columns, in floats that stay in the cache.
/// </summary>
public static class Resampler
{
    private const int BandRows = 32;

    /// <summary>
    /// Resizes <paramref name="source"/>. Input and output grids share their centre, and the spacing is exactly 1/<paramref name="scale"/> even
    /// where size and scale disagree by a fraction of a voxel, so that pyramid levels stay aligned. Floats may overshoot the source's range;
    /// bytes are rounded and clamped.
    /// </summary>
    /// <param name="source">Input, T×H×W×C.</param>
    /// <param name="output">Size of the result.</param>
    /// <param name="scale">Output voxels per input voxel along each axis, above 0; an axis of equal size and scale 1 is copied.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="border">How the input is extended beyond its border.</param>
    /// <returns>A new volume.</returns>
    public static Volume<T> Resize<T>(
        Volume<T> source, Extent output, Scale scale, Workers workers, BorderRule border = BorderRule.Mirror)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.T, nameof(scale));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.H, nameof(scale));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.W, nameof(scale));
        var target = new Volume<T>(output, source.Channels);
        var job = new Job<T>(
            source, target,
            AxisTable.Build(source.Extent.T, output.T, scale.T, border),
            AxisTable.Build(source.Extent.H, output.H, scale.H, border),
            AxisTable.Build(source.Extent.W, output.W, scale.W, border));
        int bands = (output.H + BandRows - 1) / BandRows;
        workers.For(output.T * bands, piece => job.Band(piece / bands, piece % bands * BandRows));
        return target;
    }

    private sealed record Job<T>(Volume<T> Source, Volume<T> Target, AxisTable Time, AxisTable Rows, AxisTable Columns)
        where T : unmanaged
    {
        public void Band(int t, int top)
        {
            int stride = Source.RowStride;
            int bottom = Math.Min(top + BandRows, Target.Extent.H);
            ReadOnlySpan<int> used = Rows.Index.AsSpan(top * Rows.Taps, (bottom - top) * Rows.Taps);
            int first = int.MaxValue, last = 0;
            foreach (int h in used) (first, last) = (Math.Min(first, h), Math.Max(last, h));

            float[] combined = ArrayPool<float>.Shared.Rent((last - first + 1) * stride);
            float[] row = ArrayPool<float>.Shared.Rent(stride + Volume.Padding);
            Span<int> starts = stackalloc int[Math.Max(Time.Taps, Rows.Taps)];
            for (int h = first; h <= last; h++)
            {
                for (int j = 0; j < Time.Taps; j++)
                    starts[j] = (Time.Index[(t * Time.Taps) + j] * Source.FrameStride) + (h * stride);
                WeightedSum.Rows(Source.Buffer, starts, Time.WeightsOf(t), combined.AsSpan((h - first) * stride, stride));
            }

            for (int h = top; h < bottom; h++)
            {
                for (int j = 0; j < Rows.Taps; j++) starts[j] = (Rows.Index[(h * Rows.Taps) + j] - first) * stride;
                WeightedSum.Rows(combined, starts, Rows.WeightsOf(h), row.AsSpan(0, stride));
                WeightedColumns(row, Columns, Source.Channels, Target.Row(t, h));
            }

            ArrayPool<float>.Shared.Return(combined);
            ArrayPool<float>.Shared.Return(row);
        }
    }

    // One output row along W. A vector holds four channels of one voxel; lanes beyond the last channel compute with the next
    // voxel's values (or with padding) and are not stored.
    [MethodImpl(Jit.Hot)]
    private static void WeightedColumns<T>(float[] source, AxisTable table, int channels, Span<T> target)
        where T : unmanaged
    {
        ref float samples = ref MemoryMarshal.GetArrayDataReference(source);
        for (int c = 0; c < channels; c += 4)
        {
            int lanes = Math.Min(4, channels - c);
            for (int i = 0, at = c; at < target.Length; i++, at += channels)
            {
                ReadOnlySpan<int> index = table.Index.AsSpan(i * table.Taps, table.Taps);
                ReadOnlySpan<float> weight = table.WeightsOf(i);
                Vector128<float> sum = Vector128<float>.Zero;
                for (int j = 0; j < weight.Length; j++)
                    sum += Vector128.Create(weight[j]) * Vector128.LoadUnsafe(ref samples, (nuint)(c + (index[j] * channels)));
                for (int lane = 0; lane < lanes; lane++) target[at + lane] = Component.Store<T>(sum.GetElement(lane));
            }
        }
    }
}
