using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft.Upsampling;

/// <summary>
/// Upsampling of the large network from cells to pixels (RAFT, section 3.3): each of a cell's 64 pixels is a weighted mean of the flows of
/// the 3×3 cells around it, 0 outside the frame, with weights from the network that softmax normalises.
/// </summary>
internal sealed unsafe class ConvexUpsampling
{
    private const int Cell = RaftSizes.Cell;
    private const int Pixels = Cell * Cell;
    private const int Neighbours = 9;
    private const int Lanes = 16;
    private const int Between = 256;
    private const string Name = "update_block.mask";

    private readonly Convolution _first;
    private readonly Convolution _second;

    public ConvexUpsampling(IWeightSource source, int hidden)
    {
        _first = Layers.Convolution(source, $"{Name}.0", ConvolutionShape.Flat(hidden, Between, 3, 3));

        // The official program multiplies the result by 0.25.
        ConvolutionShape shape = ConvolutionShape.Flat(Between, Neighbours * Pixels, 1, 1);
        float[] weights = Layers.Weights(source, $"{Name}.2", shape), bias = source.Read($"{Name}.2.bias", shape.Output);
        foreach (ref float weight in weights.AsSpan()) weight *= 0.25f;
        foreach (ref float b in bias.AsSpan()) b *= 0.25f;
        _second = new Convolution(shape, weights, bias);
    }

    /// <summary>Peak memory, in bytes.</summary>
    public static long Bytes(Extent cells) => FeatureMap.Bytes(cells, Between) + FeatureMap.Bytes(cells, Neighbours * Pixels);

    /// <summary>Returns the weights before the softmax: channel neighbour·64 + row·8 + column, neighbours row by row.</summary>
    public FeatureMap Weigh(FeatureMap state, Workers workers)
    {
        var between = new FeatureMap(state.Extent, Between);
        var weights = new FeatureMap(state.Extent, Neighbours * Pixels);
        _first.Run(state, between, workers, rectify: true);
        _second.Run(between, weights, workers);
        return weights;
    }

    /// <summary>Computes the flow in pixels.</summary>
    public void Run(FeatureMap state, FeatureMap flow, FramePadding padding, Volume<float> output, Workers workers)
    {
        FeatureMap weights = Weigh(state, workers);
        workers.For(flow.Extent.H, h => Row(weights, flow, h, padding, output));
        GC.KeepAlive(weights);
        GC.KeepAlive(flow);
    }

    [MethodImpl(Jit.Hot)]
    private static void Row(FeatureMap weights, FeatureMap flow, int h, FramePadding padding, Volume<float> output)
    {
        float* u = stackalloc float[Pixels];
        float* v = stackalloc float[Pixels];
        for (int w = 0; w < flow.Extent.W; w++)
        {
            for (int i = 0; i < Pixels; i += Lanes) Mix(weights.At(0, h, w) + i, flow, h, w, u + i, v + i);
            for (int i = 0; i < Pixels; i++)
            {
                int y = (h * Cell) + (i / Cell) - padding.Top, x = (w * Cell) + (i % Cell) - padding.Left;
                if (y < 0 || y >= output.Extent.H || x < 0 || x >= output.Extent.W) continue;
                Span<float> pixel = output.Row(0, y).Slice(2 * x, 2);
                (pixel[0], pixel[1]) = (u[i], v[i]);
            }
        }
    }

    // Lanes hold 16 pixels of a cell.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(float* weights, FeatureMap flow, int h, int w, float* u, float* v)
    {
        Vector512<float> most = Vector512.Load(weights);
        for (int n = 1; n < Neighbours; n++) most = Vector512.Max(most, Vector512.Load(weights + (n * Pixels)));
        Vector512<float> sum = Vector512<float>.Zero, sumU = sum, sumV = sum;
        for (int n = 0; n < Neighbours; n++)
        {
            Vector512<float> weight = Activation.Exp(Vector512.Load(weights + (n * Pixels)) - most);
            float* cell = flow.At(0, h + (n / 3) - 1, w + (n % 3) - 1);
            sum += weight;
            sumU = Vector512.FusedMultiplyAdd(weight, Vector512.Create(Cell * cell[0]), sumU);
            sumV = Vector512.FusedMultiplyAdd(weight, Vector512.Create(Cell * cell[1]), sumV);
        }

        (sumU / sum).Store(u);
        (sumV / sum).Store(v);
    }
}
