using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Networks.Raft.Correlations;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft;

/// <summary>The mutable state of estimating the flow of one pair of frames.</summary>
internal sealed unsafe class RaftPair
{
    private const int Lanes = 16;

    // Margins for kernels that read a map: 3×3, 1×5 or 5×1, and 7×7.
    private static readonly Extent One = new(0, 1, 1), Two = new(0, 2, 2), Three = new(0, 3, 3);

    private readonly RaftNetwork _network;
    private readonly FeatureMap _input;
    private readonly FeatureMap _reset;
    private readonly FeatureMap _lookup;
    private readonly FeatureMap _head;
    private readonly FeatureMap _delta;
    private readonly MotionEncoder.Scratch _motion;
    private readonly RecurrentUnit.State[] _states;
    private readonly Correlation _correlation;

    /// <summary>Encodes the two frames and sets the flow to 0.</summary>
    /// <param name="network">The network.</param>
    /// <param name="video">RGB.</param>
    /// <param name="from">The first frame.</param>
    /// <param name="to">The second frame.</param>
    /// <param name="mostVolumeBytes">Memory limit of the correlation volume in bytes; above it, correlations are computed on demand.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public RaftPair(RaftNetwork network, Volume<byte> video, int from, int to, long mostVolumeBytes, Workers workers)
    {
        _network = network;
        RaftSizes sizes = network.Sizes;
        Padding = new FramePadding(video.Extent.H, video.Extent.W);
        Extent cells = Padding.Cells;
        int hidden = sizes.Hidden;
        FeatureMap frame = Padding.NewMap();
        FeatureMap[] scratch = [.. Enumerable.Range(0, 3).Select(_ => Encoder.Scratch(Padding.Padded, network.Size))];
        First = new FeatureMap(cells, sizes.Features);
        Second = new FeatureMap(cells, sizes.Features);
        Context = new FeatureMap(cells, hidden + sizes.Context);
        Padding.Fill(frame, video, from, workers);
        network.Features.Run(frame, scratch, First, workers);
        network.Context.Run(frame, scratch, Context, workers);
        Padding.Fill(frame, video, to, workers);
        network.Features.Run(frame, scratch, Second, workers);
        _correlation = Correlate(mostVolumeBytes, workers);

        _input = new FeatureMap(cells, hidden + sizes.Motion, Two);
        _reset = new FeatureMap(cells, hidden + sizes.Motion, Two);
        _lookup = new FeatureMap(cells, sizes.Lookup);
        _head = new FeatureMap(cells, network.FlowHead[0].Shape.Output, One);
        _delta = new FeatureMap(cells, 2);
        _motion = new MotionEncoder.Scratch(network.Motion, cells);
        Flow = new FeatureMap(cells, 2, Three);
        for (int h = 0; h < cells.H; h++) Flow.Row(0, h).Clear();
        var context = new FeatureMap(cells, sizes.Context, Two);
        workers.For(cells.H, h => Begin(context, h));
        _states = [.. network.Units.Select(u => u.Begin(context, workers))];
    }

    /// <summary>Padding of the frames.</summary>
    public FramePadding Padding { get; }

    /// <summary>Features of the first frame.</summary>
    public FeatureMap First { get; }

    /// <summary>Features of the second frame.</summary>
    public FeatureMap Second { get; }

    /// <summary>The context encoder's output, before it is split.</summary>
    public FeatureMap Context { get; }

    /// <summary>u and v, in cells of eight pixels.</summary>
    public FeatureMap Flow { get; }

    /// <summary>The state followed by motion features.</summary>
    public FeatureMap State => _input;

    /// <summary>Memory of a pair, in bytes.</summary>
    public static long Bytes(RaftNetwork network, FramePadding padding, long mostVolumeBytes)
    {
        RaftSizes sizes = network.Sizes;
        Extent cells = padding.Cells;
        long volume = CorrelationVolume.Bytes(cells, sizes.Features);
        return padding.Bytes + (3 * Encoder.ScratchBytes(padding.Padded, network.Size))
            + (2 * FeatureMap.Bytes(cells, sizes.Features)) + FeatureMap.Bytes(cells, sizes.Hidden + sizes.Context)
            + FeaturePyramid.Bytes(cells, sizes.Features) + (volume <= mostVolumeBytes ? volume : 0)
            + (2 * FeatureMap.Bytes(cells, sizes.Hidden + sizes.Motion, Two)) + FeatureMap.Bytes(cells, sizes.Lookup)
            + FeatureMap.Bytes(cells, network.FlowHead[0].Shape.Output, One) + FeatureMap.Bytes(cells, 2)
            + network.Motion.ScratchBytes(cells) + FeatureMap.Bytes(cells, 2, Three) + FeatureMap.Bytes(cells, sizes.Context, Two)
            + network.Units.Sum(u => u.StateBytes(cells));
    }

    /// <summary>Looks up the correlations around the targets of the current flow.</summary>
    public FeatureMap Lookup(Workers workers)
    {
        _correlation.Lookup(Flow, _lookup, workers);
        return _lookup;
    }

    /// <summary>Runs one iteration (RAFT, section 3.3) and returns the update that was added to the flow.</summary>
    public FeatureMap Step(Workers workers)
    {
        RaftSizes sizes = _network.Sizes;
        _network.Motion.Run(Lookup(workers), Flow, _motion, _input, sizes.Hidden, workers);
        workers.For(Flow.Extent.H, Join);
        for (int i = 0; i < _states.Length; i++) _network.Units[i].Run(_states[i], _input, _reset, workers);
        _network.FlowHead[0].Run(_input, _head, workers, rectify: true);
        _network.FlowHead[1].Run(_head, _delta, workers);
        for (int h = 0; h < Flow.Extent.H; h++)
        {
            Span<float> flow = Flow.Row(0, h), delta = _delta.Row(0, h);
            for (int i = 0; i < flow.Length; i++) flow[i] += delta[i];
        }

        return _delta;
    }

    private Correlation Correlate(long mostVolumeBytes, Workers workers)
    {
        int radius = _network.Sizes.Radius;
        FeatureMap[] levels = FeaturePyramid.Of(Second, workers);
        return CorrelationVolume.Bytes(First.Extent, First.Channels) <= mostVolumeBytes
            ? new CorrelationVolume(First, levels, radius, workers)
            : new CorrelationOnDemand(First, levels, radius);
    }

    // The initial state is the tanh of the first channels; the ReLU of the others is the context.
    [MethodImpl(Jit.Hot)]
    private void Begin(FeatureMap context, int h)
    {
        int hidden = _network.Sizes.Hidden;
        for (int w = 0; w < context.Extent.W; w++)
        {
            float* both = Context.At(0, h, w);
            float* state = _input.At(0, h, w);
            float* rest = context.At(0, h, w);
            for (int c = 0; c < hidden; c += Lanes) Activation.Tanh(Vector512.Load(both + c)).Store(state + c);
            for (int c = 0; c < context.Channels; c += Lanes)
                Vector512.Max(Vector512.Load(both + hidden + c), Vector512<float>.Zero).Store(rest + c);
        }
    }

    // Appends the flow to the motion features, and both to the second input of the units.
    private void Join(int h)
    {
        (int hidden, int motion) = (_network.Sizes.Hidden, _network.Sizes.Motion);
        for (int w = 0; w < Flow.Extent.W; w++)
        {
            var features = new Span<float>(_input.At(0, h, w) + hidden, motion);
            new ReadOnlySpan<float>(Flow.At(0, h, w), 2).CopyTo(features[^2..]);
            features.CopyTo(new Span<float>(_reset.At(0, h, w) + hidden, motion));
        }
    }
}
