using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>
/// Normalises each channel of a map of one frame to mean 0 and variance 1 over all positions (Ulyanov et al. 2016), without learned
/// factors. Sums are accumulated in double precision, per row and then over rows, in an order that does not depend on threads.
/// </summary>
internal static unsafe class InstanceNorm
{
    private const double Epsilon = 1e-5;

    // Channels are processed in vectors of eight.
    private const int Lanes = 8;

    /// <summary>Memory allocated in addition to the map, in bytes.</summary>
    public static long Bytes(Extent extent, int channels) => (extent.H + 2L) * 2 * channels * sizeof(double);

    /// <summary>Normalises in place; with <paramref name="rectify"/>, replaces negative values by 0.</summary>
    public static void Run(FeatureMap map, bool rectify, Workers workers)
    {
        (int rows, int channels) = (map.Extent.H, map.Channels);
        if (channels % Lanes != 0) throw new ArgumentException($"{channels} channels given; the number must be a multiple of eight", nameof(map));
        var sums = new double[rows * 2 * channels];
        workers.For(rows, h => Sum(map, h, sums.AsSpan(h * 2 * channels, 2 * channels)));
        var total = new double[2 * channels];
        for (int i = 0; i < sums.Length; i++) total[i % total.Length] += sums[i];
        var factor = new float[channels];
        var shift = new float[channels];
        double count = map.Extent.Count;
        for (int c = 0; c < channels; c++)
        {
            double mean = total[c] / count, variance = Math.Max(0, (total[channels + c] / count) - (mean * mean));
            double scale = 1 / Math.Sqrt(variance + Epsilon);
            (factor[c], shift[c]) = ((float)scale, (float)(-mean * scale));
        }

        workers.For(rows, h => Apply(map, h, factor, shift, rectify));
        GC.KeepAlive(map);
    }

    [MethodImpl(Jit.Hot)]
    private static void Sum(FeatureMap map, int h, Span<double> sums)
    {
        int channels = map.Channels;
        float* row = map.At(0, h, 0);
        for (int c = 0; c < channels; c += Lanes)
        {
            Vector512<double> sum = Vector512<double>.Zero, squares = Vector512<double>.Zero;
            for (int w = 0; w < map.Extent.W; w++)
            {
                (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Load(row + (w * channels) + c));
                Vector512<double> x = Vector512.Create(low, high);
                sum += x;
                squares += x * x;
            }

            sum.CopyTo(sums[c..]);
            squares.CopyTo(sums[(channels + c)..]);
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void Apply(FeatureMap map, int h, float[] factor, float[] shift, bool rectify)
    {
        Vector256<float> least = Vector256.Create(rectify ? 0 : float.NegativeInfinity);
        float* row = map.At(0, h, 0);
        for (int w = 0; w < map.Extent.W; w++)
        {
            for (int c = 0; c < factor.Length; c += Lanes, row += Lanes)
            {
                Vector256<float> y = Vector256.FusedMultiplyAdd(
                    Vector256.Load(row), Vector256.Create(factor, c), Vector256.Create(shift, c));
                Vector256.Max(y, least).Store(row);
            }
        }
    }
}
