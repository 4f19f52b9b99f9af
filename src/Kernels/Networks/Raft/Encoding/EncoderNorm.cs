using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Networks.Raft.Encoding;

/// <summary>Normalisation after the convolutions of an encoder.</summary>
internal enum EncoderNorm
{
    /// <summary>No normalisation.</summary>
    None,

    /// <summary>Instance normalisation over the frame.</summary>
    Instance,

    /// <summary>Batch normalisation with statistics from training, folded into the convolution.</summary>
    Batch,
}

/// <summary>A convolution followed by normalisation and ReLU.</summary>
internal sealed class NormalisedConvolution
{
    private readonly Convolution _convolution;
    private readonly bool _normalise;

    public NormalisedConvolution(IWeightSource source, string name, string norm, EncoderNorm kind, ConvolutionShape shape)
    {
        _convolution = kind == EncoderNorm.Batch
            ? Layers.Normalised(source, name, norm, shape)
            : Layers.Convolution(source, name, shape);
        _normalise = kind == EncoderNorm.Instance;
    }

    /// <summary>Channels, kernel size and stride.</summary>
    public ConvolutionShape Shape => _convolution.Shape;

    public void Run(FeatureMap input, FeatureMap output, bool rectify, Workers workers)
    {
        _convolution.Run(input, output, workers, rectify: rectify && !_normalise);
        if (_normalise) InstanceNorm.Run(output, rectify, workers);
    }
}
