using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>
/// A convolution in two or three dimensions, computed as a matrix product without unfolding the input: because channels are adjacent, the
/// inputs of one kernel row are already one contiguous run. Weights are packed once, in blocks of 32 output channels.
/// </summary>
internal sealed unsafe class Convolution
{
    private const int Block = ConvolutionTile.Channels;

    // Multiply-adds per work item: between a fraction of a millisecond and a few milliseconds.
    private const long PieceWork = 1 << 24;

    private readonly float[] _weights;
    private readonly float[] _bias;

    /// <param name="shape">Channels, kernel size and stride.</param>
    /// <param name="weights">[output][input][frames][rows][columns].</param>
    /// <param name="bias">One value per output channel.</param>
    public Convolution(ConvolutionShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        if (weights.Length != shape.Output * shape.Fan)
            throw new ArgumentException($"{weights.Length} weights given; expected {shape.Output * shape.Fan}", nameof(weights));
        if (bias.Length != shape.Output) throw new ArgumentException($"{bias.Length} biases given; expected {shape.Output}", nameof(bias));
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

    /// <summary>Channels, kernel size and stride.</summary>
    public ConvolutionShape Shape { get; }

    /// <summary>Memory of the packed weights, in bytes.</summary>
    public static long Bytes(ConvolutionShape shape) => (shape.Output + Block - 1L) / Block * (shape.Fan + 1L) * Block * sizeof(float);

    /// <summary>Convolves a map.</summary>
    /// <param name="input">Input, of which the first channels are read; its margin supplies the padding.</param>
    /// <param name="output">Receives the result, of size <see cref="ConvolutionShape.OutputOf"/>.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="first">First channel of <paramref name="output"/> to write.</param>
    /// <param name="rectify">Whether to replace negative results by 0 (ReLU).</param>
    /// <param name="plus">Map added instead of the bias, with the size and channels of the result; <c>null</c> to add the bias.</param>
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
            // Consecutive work items share weights.
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
        if (!fits) throw new ArgumentException("the sizes or channels of the maps do not match the convolution");
    }

    private static float* Pointer(float[] pinned) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
