using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft.Encoding;

/// <summary>
/// relu(x + f(x)) (He et al. 2016). f is two 3×3 convolutions or, in the small network, a 1×1 convolution to a quarter of the channels, a
/// 3×3 convolution, and a 1×1 convolution back. Where the resolution halves, x also passes a 1×1 convolution.
/// </summary>
internal sealed unsafe class ResidualUnit
{
    private const int Lanes = 8;

    private static readonly Extent Margin = new(0, 1, 1);

    private readonly NormalisedConvolution[] _steps;
    private readonly NormalisedConvolution? _shortcut;

    public ResidualUnit(IWeightSource source, string name, int input, int output, int stride, bool bottleneck, EncoderNorm norm)
    {
        int narrow = output / 4;
        ConvolutionShape[] shapes = bottleneck
            ?
            [
                ConvolutionShape.Flat(input, narrow, 1, 1), ConvolutionShape.Flat(narrow, narrow, 3, 3, stride),
                ConvolutionShape.Flat(narrow, output, 1, 1),
            ]
            : [ConvolutionShape.Flat(input, output, 3, 3, stride), ConvolutionShape.Flat(output, output, 3, 3)];
        _steps = [.. shapes.Select((s, i) => new NormalisedConvolution(source, $"{name}.conv{i + 1}", $"{name}.norm{i + 1}", norm, s))];
        if (stride > 1)
        {
            ConvolutionShape shape = ConvolutionShape.Flat(input, output, 1, 1, stride);
            _shortcut = new(source, $"{name}.downsample.0", $"{name}.downsample.1", norm, shape);
        }
    }

    /// <summary>Runs the unit in three maps, which it resizes, and returns the one with the result.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Scratch.</param>
    /// <param name="z">Scratch.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public FeatureMap Run(FeatureMap x, FeatureMap y, FeatureMap z, Workers workers)
    {
        FeatureMap from = x;
        FeatureMap to = y;
        foreach (NormalisedConvolution step in _steps)
        {
            to.Reshape(step.Shape.OutputOf(from.Extent), step.Shape.Output, Margin);
            step.Run(from, to, rectify: true, workers);
            (from, to) = (to, to == y ? z : y);
        }

        FeatureMap sum = x;
        if (_shortcut is not null)
        {
            to.Reshape(from.Extent, from.Channels, Margin);
            _shortcut.Run(x, to, rectify: false, workers);
            sum = to;
        }

        workers.For(sum.Extent.H, h => Add(sum, from, h));
        return sum;
    }

    [MethodImpl(Jit.Hot)]
    private static void Add(FeatureMap sum, FeatureMap other, int h)
    {
        float* a = sum.At(0, h, 0);
        float* b = other.At(0, h, 0);
        for (int i = 0; i < sum.Extent.W * sum.Channels; i += Lanes)
            Vector256.Max(Vector256.Load(a + i) + Vector256.Load(b + i), Vector256<float>.Zero).Store(a + i);
    }
}
