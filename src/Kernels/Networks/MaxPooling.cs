using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>Maximum over windows of 2×2 or 2×2×2 positions. Incomplete windows at the end of an axis are dropped.</summary>
/// <param name="Frames">Frames per window, 1 or 2.</param>
/// <param name="Padded">Whether rows and columns are padded by one position of −∞ on each side.</param>
internal readonly record struct MaxPooling(int Frames, bool Padded)
{
    private const int Lanes = 8;

    /// <summary>Returns the size of the output; an axis may be 0.</summary>
    public Extent OutputOf(Extent input) => new(input.T / Frames, Side(input.H), Side(input.W));

    /// <summary>Pools a map, eight channels at a time.</summary>
    public unsafe void Run(FeatureMap input, FeatureMap output, Workers workers)
    {
        if (input.Channels % Lanes != 0) throw new ArgumentException($"{input.Channels} channels given; the number must be a multiple of eight", nameof(input));
        MaxPooling pooling = this;
        int rows = output.Extent.H;
        workers.For(output.Extent.T * rows, i => pooling.Row(input, output, i / rows, i % rows));
        GC.KeepAlive(input);
        GC.KeepAlive(output);
    }

    [MethodImpl(Jit.Hot)]
    private unsafe void Row(FeatureMap input, FeatureMap output, int t, int h)
    {
        (int firstH, int endH) = Window(h, input.Extent.H);
        for (int w = 0; w < output.Extent.W; w++)
        {
            (int firstW, int endW) = Window(w, input.Extent.W);
            float* target = output.At(t, h, w);
            for (int c = 0; c < input.Channels; c += Lanes)
            {
                Vector256<float> most = Vector256.Create(float.NegativeInfinity);
                for (int f = t * Frames; f < (t + 1) * Frames; f++)
                    for (int y = firstH; y < endH; y++)
                        for (int x = firstW; x < endW; x++)
                            most = Vector256.Max(most, Vector256.Load(input.At(f, y, x) + c));
                most.Store(target + c);
            }
        }
    }

    private int Side(int side) => Padded ? (side / 2) + 1 : side / 2;

    private (int First, int End) Window(int at, int side)
    {
        int first = (2 * at) - (Padded ? 1 : 0);
        return (Math.Max(0, first), Math.Min(side, first + 2));
    }
}
