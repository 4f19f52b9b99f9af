using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>
/// A convolution in two or three dimensions, as a matrix product that never unfolds its input: with channels side by side the inputs
/// of one kernel row are one run of memory already. Weights are packed once, 32 output channels side by side.
/// </summary>
internal sealed unsafe class Convolution
{
    private const int Block = ConvolutionTile.Channels;

    // Multiply-adds in a piece of work: a fraction of a millisecond to some milliseconds.
    private const long PieceWork = 1 << 24;

    private readonly float[] _weights;
    private readonly float[] _bias;

    /// <param name="shape">Sizes.</param>
    /// <param name="weights">[output][input][frames][rows][columns].</param>
    /// <param name="bias">One for every output channel.</param>
    public Convolution(ConvolutionShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        if (weights.Length != shape.Output * shape.Fan) throw new ArgumentException("the weights have another size", nameof(weights));
        if (bias.Length != shape.Output) throw new ArgumentException("the biases have another size", nameof(bias));
        Shape = shape;
        int blocks = (shape.Output + Block - 1) / Block, kernel = (int)shape.Kernel.Count;
        _weights = GC.AllocateArray<float>(blocks * shape.Fan * Block, pinned: true);
        _bias = GC.AllocateArray<float>(blocks * Block, pinned: true);
        bias.CopyTo(_bias);
        for (int o = 0; o < shape.Output; o++)
        {
            ReadOnlySpan<float> source = weights.Slice(o * shape.Fan, shape.Fan);
            Span<float> target = _weights.AsSpan(((o / Block) * shape.Fan * Block) + (o % Block));
            for (int i = 0; i < shape.Input; i++)
                for (int k = 0; k < kernel; k++)
                    target[((k * shape.Input) + i) * Block] = source[(i * kernel) + k];
        }
    }

    /// <summary>Sizes.</summary>
    public ConvolutionShape Shape { get; }

    /// <summary>Bytes that the packed weights of a convolution take.</summary>
    public static long Bytes(ConvolutionShape shape) => (shape.Output + Block - 1L) / Block * (shape.Fan + 1L) * Block * sizeof(float);

    /// <summary>Convolves.</summary>
    /// <param name="input">At least as many channels as are read, of which the first are; its margin holds the padding.</param>
    /// <param name="output">Of the size that comes out.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="first">The first channel of <paramref name="output"/> that is written.</param>
    /// <param name="rectify">Whether negative results become 0 (ReLU).</param>
    /// <param name="plus">What is added, instead of the bias: the same number of positions and channels as come out.</param>
    public void Run(FeatureMap input, FeatureMap output, Workers workers, int first = 0, bool rectify = false, FeatureMap? plus = null)
    {
        Check(input, output, first, plus);
        Run[] runs = Runs(input);
        Extent size = output.Extent;
        int blocks = (Shape.Output + Block - 1) / Block;
        int rows = (int)Math.Clamp(PieceWork / ((long)size.W * Shape.Fan * Block), 1, size.H);
        int bands = (size.H + rows - 1) / rows;
        workers.For(blocks * size.T * bands, piece =>
        {
            // Pieces of the same weights follow each other.
            (int block, int rest) = Math.DivRem(piece, size.T * bands);
            (int t, int band) = Math.DivRem(rest, bands);
            for (int h = band * rows; h < Math.Min(size.H, (band + 1) * rows); h++)
                Row(input, output, runs, block, t, h, first, rectify, plus);
        });
        GC.KeepAlive(input);
        GC.KeepAlive(output);
        GC.KeepAlive(plus);
    }

    [MethodImpl(Jit.Hot)]
    private void Row(
        FeatureMap input, FeatureMap output, Run[] runs, int block, int t, int h, int first, bool rectify, FeatureMap? plus)
    {
        float* weights = Pointer(_weights) + ((nint)block * Shape.Fan * Block);
        float* start = plus is null ? Pointer(_bias) + (block * Block) : plus.At(t, h, 0) + (block * Block);
        nint startStride = plus?.Channels ?? 0, inputStride = (nint)Shape.Stride * input.Channels, outputStride = output.Channels;
        float* from = input.At(t - Shape.Padding.T, (h * Shape.Stride) - Shape.Padding.H, -Shape.Padding.W);
        float* to = output.At(t, h, 0) + first + (block * Block);
        int channels = Math.Min(Block, Shape.Output - (block * Block));
        float* tile = stackalloc float[ConvolutionTile.Positions * Block];
        for (int w = 0; w < output.Extent.W; w += ConvolutionTile.Positions)
        {
            int positions = Math.Min(ConvolutionTile.Positions, output.Extent.W - w);
            float* x = from + (w * inputStride);
            float* s = start + (w * startStride);
            float* y = to + (w * outputStride);
            if (positions == ConvolutionTile.Positions && channels == Block)
            {
                ConvolutionTile.Compute(x, inputStride, runs, weights, s, startStride, y, outputStride, rectify);
                continue;
            }

            ConvolutionTile.Compute(x, inputStride, runs, weights, s, startStride, tile, Block, rectify);
            for (int i = 0; i < positions; i++)
                new ReadOnlySpan<float>(tile + (i * Block), channels).CopyTo(new Span<float>(y + (i * outputStride), channels));
        }
    }

    private Run[] Runs(FeatureMap input)
    {
        Extent kernel = Shape.Kernel;
        bool whole = input.Channels == Shape.Input;
        int perRow = whole ? 1 : kernel.W;
        var runs = new Run[kernel.T * kernel.H * perRow];
        for (int i = 0; i < runs.Length; i++)
        {
            (int row, int w) = Math.DivRem(i, perRow);
            nint offset = (row / kernel.H * input.FrameStride) + (row % kernel.H * input.RowStride) + ((nint)w * input.Channels);
            runs[i] = new Run(offset, (whole ? kernel.W : 1) * Shape.Input);
        }

        return runs;
    }

    private void Check(FeatureMap input, FeatureMap output, int first, FeatureMap? plus)
    {
        Extent padding = Shape.Padding;
        bool fits = input.Channels >= Shape.Input && input.Margin.Holds(padding) && output.Extent == Shape.OutputOf(input.Extent)
            && first + Shape.Output <= output.Channels
            && (plus is null || (plus.Extent == output.Extent && plus.Channels == Shape.Output));
        if (!fits) throw new ArgumentException("the maps do not fit the convolution");
    }

    private static float* Pointer(float[] pinned) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
