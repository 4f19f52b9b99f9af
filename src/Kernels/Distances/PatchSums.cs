using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// Sums over patches that complete an inner product to a squared distance: Σ(q − k)² = Σ(q² − 256q) + Σk² − 2Σq(k − 128).
/// <para>
/// The sums slide: the patch one row down gains one row of components and loses one, and the same holds for columns. Down a band, column
/// sums are kept for each component of a row, 8 per vector; along a row they are added up one by one.
/// </para>
/// </summary>
internal static unsafe class PatchSums
{
    /// <summary>Shift for query patches: Σ q(q − 256).</summary>
    public const int Query = 256;

    /// <summary>Shift for key patches: Σ k².</summary>
    public const int Key = 0;

    /// <summary>
    /// Sets target[(h − top)·stride + w] to Σ x(x − shift) over the components x of the patch at (t, h, w), for each h from
    /// <paramref name="top"/> to <paramref name="bottom"/> − 1 and each w of the patch grid.
    /// </summary>
    [MethodImpl(Jit.Hot)]
    public static void Rows(Volume<byte> volume, Extent patch, int shift, int t, int top, int bottom, int* target, int stride)
    {
        int channels = volume.Channels, row = volume.RowStride;
        int grid = volume.Extent.W - patch.W + 1;
        int[] rented = ArrayPool<int>.Shared.Rent(row + Volume.Padding);
        rented.AsSpan().Clear();
        var from = Vector256.Create(shift).AsInt16();
        byte* frames = volume.Pointer + (t * volume.FrameStride);
        fixed (int* columns = rented)
        {
            for (int h = top; h < top + patch.H - 1; h++)
                for (int f = 0; f < patch.T; f++) Add(frames + (f * volume.FrameStride) + (h * row), row, from, columns);
            for (int h = top; h < bottom; h++, target += stride)
            {
                for (int f = 0; f < patch.T; f++) Add(frames + (f * volume.FrameStride) + ((h + patch.H - 1) * row), row, from, columns);
                int sum = 0;
                int run = patch.W * channels;
                for (int i = 0; i < run; i++) sum += columns[i];
                target[0] = sum;
                int* first = columns, next = columns + run;
                for (int w = 1; w < grid; w++)
                {
                    for (int c = 0; c < channels; c++) sum += *next++ - *first++;
                    target[w] = sum;
                }

                for (int f = 0; f < patch.T; f++) Subtract(frames + (f * volume.FrameStride) + (h * row), row, from, columns);
            }

        }

        ArrayPool<int>.Shared.Return(rented);
    }

    private static void Add(byte* samples, int count, Vector256<short> shift, int* columns)
    {
        for (int i = 0; i < count; i += 8) (Vector256.Load(columns + i) + Products(samples + i, shift)).Store(columns + i);
    }

    private static void Subtract(byte* samples, int count, Vector256<short> shift, int* columns)
    {
        for (int i = 0; i < count; i += 8) (Vector256.Load(columns + i) - Products(samples + i, shift)).Store(columns + i);
    }

    // A 32-bit lane is a pair of a component and 0: the products of the pair sum to x·(x − shift) + 0·0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(byte* samples, Vector256<short> shift)
    {
        Vector256<short> x = SimdOps.WidenTwice(samples).AsInt16();
        return SimdOps.MultiplyAddPairs(x, x - shift);
    }
}
