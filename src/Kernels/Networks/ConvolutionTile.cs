using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;

namespace Vgpnn.Kernels.Networks;

/// <summary>A contiguous run of inputs that is multiplied by a contiguous run of weights.</summary>
/// <param name="Offset">Offset from the first input of a position, in floats.</param>
/// <param name="Length">Number of floats.</param>
internal readonly record struct Run(nint Offset, nint Length);

/// <summary>
/// The inner loop of all convolutions: 12 positions of a row × 32 output channels, accumulated in registers while the inputs and weights
/// are streamed. Each output is one chain of fused multiply-adds in the order of the weights at any register width, so its bits do not
/// depend on the machine.
/// </summary>
internal static unsafe class ConvolutionTile
{
    /// <summary>Positions per tile, adjacent in a row of the output.</summary>
    public const int Positions = 12;

    /// <summary>Output channels per tile.</summary>
    public const int Channels = 32;

    /// <summary>Computes a whole tile.</summary>
    /// <param name="input">First input of the first position.</param>
    /// <param name="inputStride">Floats from the inputs of one position to those of the next.</param>
    /// <param name="runs">Runs of the input to read, in the order of the weights.</param>
    /// <param name="weights">Weights of 32 channels for each float of the runs.</param>
    /// <param name="start">Initial sums of the first position.</param>
    /// <param name="startStride">Floats from the initial sums of one position to those of the next; 0 to share them.</param>
    /// <param name="output">First channel of the first position.</param>
    /// <param name="outputStride">Floats from the output of one position to that of the next.</param>
    /// <param name="rectify">Whether to replace negative sums by 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(
        float* input, nint inputStride, ReadOnlySpan<Run> runs, float* weights,
        float* start, nint startStride, float* output, nint outputStride, bool rectify)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Wide(input, inputStride, runs, weights, start, startStride, output, outputStride, rectify);
            return;
        }

        for (int half = 0; half < Positions; half += 6)
        {
            for (int c = 0; c < Channels; c += 16)
            {
                Narrow(
                    input + (half * inputStride), inputStride, runs, weights + c,
                    start + (half * startStride) + c, startStride, output + (half * outputStride) + c, outputStride, rectify);
            }
        }
    }

    // 24 sums, two vectors of weights and one input take 27 of 32 registers. Each step has 24 multiply-adds and 14 loads.
    [MethodImpl(Jit.Hot)]
    private static void Wide(
        float* input, nint stride, ReadOnlySpan<Run> runs, float* weights,
        float* start, nint startStride, float* output, nint outputStride, bool rectify)
    {
        float* s = start;
        Vector512<float> a0 = Vector512.Load(s), b0 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a1 = Vector512.Load(s), b1 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a2 = Vector512.Load(s), b2 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a3 = Vector512.Load(s), b3 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a4 = Vector512.Load(s), b4 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a5 = Vector512.Load(s), b5 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a6 = Vector512.Load(s), b6 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a7 = Vector512.Load(s), b7 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a8 = Vector512.Load(s), b8 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a9 = Vector512.Load(s), b9 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a10 = Vector512.Load(s), b10 = Vector512.Load(s + 16);
        s += startStride;
        Vector512<float> a11 = Vector512.Load(s), b11 = Vector512.Load(s + 16);

        nint two = 2 * stride;
        float* w = weights;
        foreach (Run run in runs)
        {
            float* p0 = input + run.Offset;
            float* end = p0 + run.Length;
            float* p3 = p0 + two + stride;
            float* p6 = p3 + two + stride;
            float* p9 = p6 + two + stride;
            for (; p0 < end; p0++, p3++, p6++, p9++, w += Channels)
            {
                Vector512<float> wa = Vector512.Load(w), wb = Vector512.Load(w + 16);
                Vector512<float> x = Vector512.Create(p0[0]);
                a0 = Vector512.FusedMultiplyAdd(x, wa, a0);
                b0 = Vector512.FusedMultiplyAdd(x, wb, b0);
                x = Vector512.Create(p0[stride]);
                a1 = Vector512.FusedMultiplyAdd(x, wa, a1);
                b1 = Vector512.FusedMultiplyAdd(x, wb, b1);
                x = Vector512.Create(p0[two]);
                a2 = Vector512.FusedMultiplyAdd(x, wa, a2);
                b2 = Vector512.FusedMultiplyAdd(x, wb, b2);
                x = Vector512.Create(p3[0]);
                a3 = Vector512.FusedMultiplyAdd(x, wa, a3);
                b3 = Vector512.FusedMultiplyAdd(x, wb, b3);
                x = Vector512.Create(p3[stride]);
                a4 = Vector512.FusedMultiplyAdd(x, wa, a4);
                b4 = Vector512.FusedMultiplyAdd(x, wb, b4);
                x = Vector512.Create(p3[two]);
                a5 = Vector512.FusedMultiplyAdd(x, wa, a5);
                b5 = Vector512.FusedMultiplyAdd(x, wb, b5);
                x = Vector512.Create(p6[0]);
                a6 = Vector512.FusedMultiplyAdd(x, wa, a6);
                b6 = Vector512.FusedMultiplyAdd(x, wb, b6);
                x = Vector512.Create(p6[stride]);
                a7 = Vector512.FusedMultiplyAdd(x, wa, a7);
                b7 = Vector512.FusedMultiplyAdd(x, wb, b7);
                x = Vector512.Create(p6[two]);
                a8 = Vector512.FusedMultiplyAdd(x, wa, a8);
                b8 = Vector512.FusedMultiplyAdd(x, wb, b8);
                x = Vector512.Create(p9[0]);
                a9 = Vector512.FusedMultiplyAdd(x, wa, a9);
                b9 = Vector512.FusedMultiplyAdd(x, wb, b9);
                x = Vector512.Create(p9[stride]);
                a10 = Vector512.FusedMultiplyAdd(x, wa, a10);
                b10 = Vector512.FusedMultiplyAdd(x, wb, b10);
                x = Vector512.Create(p9[two]);
                a11 = Vector512.FusedMultiplyAdd(x, wa, a11);
                b11 = Vector512.FusedMultiplyAdd(x, wb, b11);
            }
        }

        Vector512<float> least = Vector512.Create(rectify ? 0 : float.NegativeInfinity);
        float* o = output;
        Store(a0, b0, least, o);
        o += outputStride;
        Store(a1, b1, least, o);
        o += outputStride;
        Store(a2, b2, least, o);
        o += outputStride;
        Store(a3, b3, least, o);
        o += outputStride;
        Store(a4, b4, least, o);
        o += outputStride;
        Store(a5, b5, least, o);
        o += outputStride;
        Store(a6, b6, least, o);
        o += outputStride;
        Store(a7, b7, least, o);
        o += outputStride;
        Store(a8, b8, least, o);
        o += outputStride;
        Store(a9, b9, least, o);
        o += outputStride;
        Store(a10, b10, least, o);
        o += outputStride;
        Store(a11, b11, least, o);
    }

    // Computes the sum described at the class for a quarter of the tile, with 12 sums for 16 registers of 256 bits. On machines
    // with 128-bit registers only, the portable vectors are pairs of them. A single implementation over both widths made the wide tile
    // a tenth slower, and with this one's 6 positions a fifth.
    [MethodImpl(Jit.Hot)]
    private static void Narrow(
        float* input, nint stride, ReadOnlySpan<Run> runs, float* weights,
        float* start, nint startStride, float* output, nint outputStride, bool rectify)
    {
        float* s = start;
        Vector256<float> a0 = Vector256.Load(s), b0 = Vector256.Load(s + 8);
        s += startStride;
        Vector256<float> a1 = Vector256.Load(s), b1 = Vector256.Load(s + 8);
        s += startStride;
        Vector256<float> a2 = Vector256.Load(s), b2 = Vector256.Load(s + 8);
        s += startStride;
        Vector256<float> a3 = Vector256.Load(s), b3 = Vector256.Load(s + 8);
        s += startStride;
        Vector256<float> a4 = Vector256.Load(s), b4 = Vector256.Load(s + 8);
        s += startStride;
        Vector256<float> a5 = Vector256.Load(s), b5 = Vector256.Load(s + 8);

        nint two = 2 * stride;
        float* w = weights;
        foreach (Run run in runs)
        {
            float* p0 = input + run.Offset;
            float* end = p0 + run.Length;
            float* p3 = p0 + two + stride;
            for (; p0 < end; p0++, p3++, w += Channels)
            {
                Vector256<float> wa = Vector256.Load(w), wb = Vector256.Load(w + 8);
                Vector256<float> x = Vector256.Create(p0[0]);
                a0 = Vector256.FusedMultiplyAdd(x, wa, a0);
                b0 = Vector256.FusedMultiplyAdd(x, wb, b0);
                x = Vector256.Create(p0[stride]);
                a1 = Vector256.FusedMultiplyAdd(x, wa, a1);
                b1 = Vector256.FusedMultiplyAdd(x, wb, b1);
                x = Vector256.Create(p0[two]);
                a2 = Vector256.FusedMultiplyAdd(x, wa, a2);
                b2 = Vector256.FusedMultiplyAdd(x, wb, b2);
                x = Vector256.Create(p3[0]);
                a3 = Vector256.FusedMultiplyAdd(x, wa, a3);
                b3 = Vector256.FusedMultiplyAdd(x, wb, b3);
                x = Vector256.Create(p3[stride]);
                a4 = Vector256.FusedMultiplyAdd(x, wa, a4);
                b4 = Vector256.FusedMultiplyAdd(x, wb, b4);
                x = Vector256.Create(p3[two]);
                a5 = Vector256.FusedMultiplyAdd(x, wa, a5);
                b5 = Vector256.FusedMultiplyAdd(x, wb, b5);
            }
        }

        Vector256<float> least = Vector256.Create(rectify ? 0 : float.NegativeInfinity);
        float* o = output;
        Store(a0, b0, least, o);
        o += outputStride;
        Store(a1, b1, least, o);
        o += outputStride;
        Store(a2, b2, least, o);
        o += outputStride;
        Store(a3, b3, least, o);
        o += outputStride;
        Store(a4, b4, least, o);
        o += outputStride;
        Store(a5, b5, least, o);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> a, Vector512<float> b, Vector512<float> least, float* output)
    {
        Vector512.Max(a, least).Store(output);
        Vector512.Max(b, least).Store(output + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> a, Vector256<float> b, Vector256<float> least, float* output)
    {
        Vector256.Max(a, least).Store(output);
        Vector256.Max(b, least).Store(output + 8);
    }
}
