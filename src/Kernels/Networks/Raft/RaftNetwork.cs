using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Networks.Raft.Upsampling;

namespace Vgpnn.Kernels.Networks.Raft;

/// <summary>The layers of the network with their weights. Immutable, so that one instance can process several pairs concurrently.</summary>
internal sealed class RaftNetwork
{
    public RaftNetwork(IWeightSource source, RaftSize size)
    {
        (Size, Sizes) = (size, RaftSizes.Of(size));
        bool small = size == RaftSize.Small;
        Features = new(source, "fnet", size, Sizes.Features, EncoderNorm.Instance);
        Context = new(source, "cnet", size, Sizes.Hidden + Sizes.Context, small ? EncoderNorm.None : EncoderNorm.Batch);
        Motion = new(source, size);
        Units = small ? [new(source, "", Sizes, 3, 3)] : [new(source, "1", Sizes, 1, 5), new(source, "2", Sizes, 5, 1)];
        int head = small ? 128 : 256;
        FlowHead =
        [
            Layers.Convolution(source, "update_block.flow_head.conv1", ConvolutionShape.Flat(Sizes.Hidden, head, 3, 3)),
            Layers.Convolution(source, "update_block.flow_head.conv2", ConvolutionShape.Flat(head, 2, 3, 3)),
        ];
        if (!small) Upsampling = new ConvexUpsampling(source, Sizes.Hidden);
    }

    public RaftSize Size { get; }

    public RaftSizes Sizes { get; }

    /// <summary>Encoder of the features to correlate.</summary>
    public Encoder Features { get; }

    /// <summary>Encoder of the initial state and of the context.</summary>
    public Encoder Context { get; }

    public MotionEncoder Motion { get; }

    /// <summary>One unit, or two with kernels along rows and along columns.</summary>
    public RecurrentUnit[] Units { get; }

    /// <summary>Computes the flow update from the state.</summary>
    public Convolution[] FlowHead { get; }

    /// <summary>Upsampling by a factor of eight in the large network; <c>null</c> in the small one, which interpolates.</summary>
    public ConvexUpsampling? Upsampling { get; }
}
