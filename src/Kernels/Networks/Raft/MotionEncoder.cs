using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft;

/// <summary>Encodes a lookup and the flow to motion features, whose last two channels are the flow itself (RAFT, section 3.3).</summary>
internal sealed class MotionEncoder
{
    private readonly Convolution[] _correlation;
    private readonly Convolution[] _flow;
    private readonly Convolution _both;

    public MotionEncoder(IWeightSource source, RaftSize size)
    {
        const string Name = "update_block.encoder";
        RaftSizes sizes = RaftSizes.Of(size);
        bool small = size == RaftSize.Small;
        int motion = sizes.Motion - 2;
        Convolution Layer(string name, int input, int output, int kernel) =>
            Layers.Convolution(source, $"{Name}.{name}", ConvolutionShape.Flat(input, output, kernel, kernel));

        Convolution lookup = OfLookup(source, $"{Name}.convc1", ConvolutionShape.Flat(sizes.Lookup, small ? 96 : 256, 1, 1), sizes.Side);
        _correlation = small ? [lookup] : [lookup, Layer("convc2", 256, 192, 3)];
        _flow = small
            ? [Layer("convf1", 2, 64, 7), Layer("convf2", 64, 32, 3)]
            : [Layer("convf1", 2, 128, 7), Layer("convf2", 128, 64, 3)];
        int joined = _correlation[^1].Shape.Output + _flow[^1].Shape.Output;
        _both = Layer("conv", joined, motion, 3);
    }

    /// <summary>Scratch buffers.</summary>
    public sealed class Scratch(MotionEncoder encoder, Extent extent)
    {
        public FeatureMap[] Correlation { get; } = [.. encoder._correlation[..^1].Select(c => New(c, extent))];

        public FeatureMap Flow { get; } = New(encoder._flow[0], extent);

        public FeatureMap Both { get; } = new(extent, encoder._both.Shape.Input, encoder._both.Shape.Padding);

        private static FeatureMap New(Convolution convolution, Extent extent) => new(extent, convolution.Shape.Output, new Extent(0, 1, 1));
    }

    /// <summary>Memory of the scratch buffers, in bytes.</summary>
    public long ScratchBytes(Extent extent) =>
        _correlation[..^1].Append(_flow[0]).Sum(c => FeatureMap.Bytes(extent, c.Shape.Output, new Extent(0, 1, 1)))
            + FeatureMap.Bytes(extent, _both.Shape.Input, _both.Shape.Padding);

    /// <summary>Writes the motion features, without the flow itself, starting at channel <paramref name="channel"/> of the output.</summary>
    public void Run(FeatureMap lookup, FeatureMap flow, Scratch scratch, FeatureMap output, int channel, Workers workers)
    {
        FeatureMap from = lookup;
        for (int i = 0; i < _correlation.Length; i++)
        {
            FeatureMap to = i < scratch.Correlation.Length ? scratch.Correlation[i] : scratch.Both;
            _correlation[i].Run(from, to, workers, rectify: true);
            from = to;
        }

        _flow[0].Run(flow, scratch.Flow, workers, rectify: true);
        _flow[1].Run(scratch.Flow, scratch.Both, workers, first: _correlation[^1].Shape.Output, rectify: true);
        _both.Run(scratch.Both, output, workers, first: channel, rectify: true);
    }

    // The official lookup orders x offsets before y offsets.
    private static Convolution OfLookup(IWeightSource source, string name, ConvolutionShape shape, int side)
    {
        float[] official = Layers.Weights(source, name, shape);
        var weights = new float[official.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            int square = side * side, position = i % square;
            weights[i] = official[i - position + (position % side * side) + (position / side)];
        }

        return new Convolution(shape, weights, source.Read($"{name}.bias", shape.Output));
    }
}
