using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft.Encoding;

/// <summary>Encodes a frame to features at an eighth of its resolution (RAFT, section 3.1).</summary>
internal sealed class Encoder
{
    private static readonly Extent Margin = new(0, 1, 1);

    private readonly NormalisedConvolution _first;
    private readonly ResidualUnit[] _units;
    private readonly Convolution _last;

    public Encoder(IWeightSource source, string name, RaftSize size, int output, EncoderNorm norm)
    {
        int[] widths = RaftSizes.Of(size).Widths;
        bool bottleneck = size == RaftSize.Small;
        _first = new(source, $"{name}.conv1", $"{name}.norm1", norm, ConvolutionShape.Flat(3, widths[0], 7, 7, stride: 2));
        var units = new List<ResidualUnit>();
        for (int i = 0; i < widths.Length; i++)
        {
            int input = widths[Math.Max(0, i - 1)], stride = i == 0 ? 1 : 2;
            units.Add(new(source, $"{name}.layer{i + 1}.0", input, widths[i], stride, bottleneck, norm));
            units.Add(new(source, $"{name}.layer{i + 1}.1", widths[i], widths[i], 1, bottleneck, norm));
        }

        _units = [.. units];
        _last = Layers.Convolution(source, $"{name}.conv2", ConvolutionShape.Flat(widths[^1], output, 1, 1));
    }

    /// <summary>Allocates a scratch map, with half the resolution of the frame.</summary>
    public static FeatureMap Scratch(Extent frame, RaftSize size) => new(Half(frame), RaftSizes.Of(size).Widths[0], Margin);

    /// <summary>Memory of a scratch map, in bytes.</summary>
    public static long ScratchBytes(Extent frame, RaftSize size) => FeatureMap.Bytes(Half(frame), RaftSizes.Of(size).Widths[0], Margin);

    /// <summary>Computes the features of a frame.</summary>
    /// <param name="frame">RGB in [−1, 1], sides a multiple of 8, with a margin of 3.</param>
    /// <param name="scratch">Three maps allocated by <see cref="Scratch"/>.</param>
    /// <param name="output">Receives the features, at an eighth of the frame's resolution.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public void Run(FeatureMap frame, FeatureMap[] scratch, FeatureMap output, Workers workers)
    {
        (FeatureMap x, FeatureMap y, FeatureMap z) = (scratch[0], scratch[1], scratch[2]);
        x.Reshape(Half(frame.Extent), _first.Shape.Output, Margin);
        _first.Run(frame, x, rectify: true, workers);
        foreach (ResidualUnit unit in _units)
        {
            FeatureMap result = unit.Run(x, y, z, workers);
            if (result == y) y = x;
            else if (result == z) z = x;
            x = result;
        }

        _last.Run(x, output, workers);
    }

    private static Extent Half(Extent frame) => new(1, frame.H / 2, frame.W / 2);
}
