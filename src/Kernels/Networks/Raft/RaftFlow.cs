using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Networks.Raft.Upsampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft;

/// <summary>
/// Optical flow by RAFT (Teed and Deng, <i>RAFT: Recurrent All-Pairs Field Transforms for Optical Flow</i>, ECCV 2020) with trained weights
/// that the user supplies. Results do not depend on the number of threads or on register width. Thread-safe.
/// </summary>
public sealed class RaftFlow : IOpticalFlow
{
    /// <summary>Iterations used by the official demonstration and for the paper's analogies.</summary>
    public const int DefaultIterations = 20;

    // The correlations of 456×256 pixels take 18 MB, those of 900×500 about this much; memory grows with the square of the area.
    private const long MostVolumeBytes = 512L << 20;

    // Delegates and other small allocations.
    private const long Small = 1 << 20;

    // Encoding and correlating two frames takes about as long as this many updates.
    private const int EncodingSteps = 6;

    private readonly RaftNetwork _network;
    private readonly int _iterations;
    private readonly long _mostVolumeBytes;

    /// <param name="source">Weights with their official names.</param>
    /// <param name="iterations">Number of flow updates, at least 1.</param>
    public RaftFlow(IWeightSource source, int iterations = DefaultIterations)
        : this(source, iterations, MostVolumeBytes)
    {
    }

    internal RaftFlow(IWeightSource source, int iterations, long mostVolumeBytes)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        (_iterations, _mostVolumeBytes) = (iterations, mostVolumeBytes);

        // Only the blocks of the small network have a third convolution.
        Size = source.Contains("fnet.layer1.0.conv3.weight") ? RaftSize.Small : RaftSize.Large;
        var weights = new CountedWeights(source);
        _network = new RaftNetwork(weights, Size);
        WeightBytes = weights.Bytes;
    }

    /// <summary>The network that the weights belong to.</summary>
    public RaftSize Size { get; }

    /// <inheritdoc/>
    public long WeightBytes { get; }

    /// <inheritdoc/>
    /// <exception cref="NotFiniteNumberException">The flow is not finite; the weights are invalid.</exception>
    public Volume<float> Estimate(Volume<byte> video, int from, int to, Workers workers, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(workers);
        if (video.Channels != 3) throw new ArgumentException($"optical flow needs RGB video; this one has {video.Channels} channels", nameof(video));
        foreach (int frame in (int[])[from, to])
        {
            ArgumentOutOfRangeException.ThrowIfNegative(frame);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, video.Extent.T);
        }

        var pair = new RaftPair(_network, video, from, to, _mostVolumeBytes, workers);
        for (int i = 0; i < _iterations; i++)
        {
            progress?.Invoke((double)(EncodingSteps + i) / (EncodingSteps + _iterations));
            pair.Step(workers);
        }

        var flow = new Volume<float>(new Extent(1, video.Extent.H, video.Extent.W), 2);
        if (_network.Upsampling is { } upsampling) upsampling.Run(pair.State, pair.Flow, pair.Padding, flow, workers);
        else BilinearUpsampling.Run(pair.Flow, pair.Padding, flow, workers);
        foreach (float number in flow.Samples)
            if (!float.IsFinite(number))
                throw new NotFiniteNumberException("the flow computed by RAFT is not finite; check that the weights are those of a trained network", number);
        progress?.Invoke(1);
        return flow;
    }

    /// <inheritdoc/>
    public long WorkingBytes(int height, int width)
    {
        var padding = new FramePadding(height, width);
        long upsampling = _network.Upsampling is null ? 0 : ConvexUpsampling.Bytes(padding.Cells);
        return RaftPair.Bytes(_network, padding, _mostVolumeBytes) + upsampling + Small;
    }
}
