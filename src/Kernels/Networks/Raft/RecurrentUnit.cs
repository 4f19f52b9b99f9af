using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft;

/// <summary>
/// A convolutional gated recurrent unit (RAFT, section 3.3): h ← (1 − z)·h + z·q with z = σ(Wz[h, x]), r = σ(Wr[h, x]),
/// q = tanh(Wq[r·h, x]). The context part of x is constant over all iterations, so its contribution is computed once.
/// </summary>
internal sealed unsafe class RecurrentUnit
{
    private const int Lanes = 16;

    private readonly Convolution _gates;
    private readonly Convolution _candidate;
    private readonly Convolution _gatesOfContext;
    private readonly Convolution _candidateOfContext;
    private readonly int _hidden;

    /// <param name="source">The weights.</param>
    /// <param name="suffix">Suffix of the names of the three convolutions.</param>
    /// <param name="sizes">Channels.</param>
    /// <param name="rows">Rows of the kernel.</param>
    /// <param name="columns">Columns of the kernel.</param>
    public RecurrentUnit(IWeightSource source, string suffix, RaftSizes sizes, int rows, int columns)
    {
        _hidden = sizes.Hidden;
        int input = sizes.Hidden + sizes.Context + sizes.Motion, context = sizes.Hidden + sizes.Context;
        ConvolutionShape whole = ConvolutionShape.Flat(input, sizes.Hidden, rows, columns);

        // The part that changes reads [h, motion]; the context part includes the biases.
        Convolution Changing(string name) => Part([name], bias: false, ..sizes.Hidden, context..input);
        Convolution Part(string[] names, bool bias, params Range[] channels)
        {
            var weights = new List<float>();
            var biases = new List<float>();
            foreach (string name in names)
            {
                string full = $"update_block.gru.conv{name}{suffix}";
                weights.AddRange(Layers.Columns(Layers.Weights(source, full, whole), whole, channels));
                biases.AddRange(bias ? source.Read($"{full}.bias", sizes.Hidden) : new float[sizes.Hidden]);
            }

            int read = channels.Sum(c => c.GetOffsetAndLength(input).Length);
            return new Convolution(ConvolutionShape.Flat(read, biases.Count, rows, columns), [.. weights], [.. biases]);
        }

        _gates = Part(["z", "r"], bias: false, ..sizes.Hidden, context..input);
        _candidate = Changing("q");
        _gatesOfContext = Part(["z", "r"], bias: true, sizes.Hidden..context);
        _candidateOfContext = Part(["q"], bias: true, sizes.Hidden..context);
    }

    /// <summary>Contribution of the context to the gates and to the candidate, and buffers for both.</summary>
    public sealed class State(RecurrentUnit unit, Extent extent)
    {
        public FeatureMap GatesOfContext { get; } = new(extent, unit._gates.Shape.Output);

        public FeatureMap CandidateOfContext { get; } = new(extent, unit._hidden);

        public FeatureMap Gates { get; } = new(extent, unit._gates.Shape.Output);

        public FeatureMap Candidate { get; } = new(extent, unit._hidden);
    }

    /// <summary>Memory of a state, in bytes.</summary>
    public long StateBytes(Extent extent) => 2 * (FeatureMap.Bytes(extent, _gates.Shape.Output) + FeatureMap.Bytes(extent, _hidden));

    /// <summary>Computes the contribution of the context.</summary>
    public State Begin(FeatureMap context, Workers workers)
    {
        var state = new State(this, context.Extent);
        _gatesOfContext.Run(context, state.GatesOfContext, workers);
        _candidateOfContext.Run(context, state.CandidateOfContext, workers);
        return state;
    }

    /// <summary>Runs one step.</summary>
    /// <param name="state">From <see cref="Begin"/>.</param>
    /// <param name="input">[h, motion]; h is updated.</param>
    /// <param name="reset">Buffer for [r·h, motion], which already contains the motion.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public void Run(State state, FeatureMap input, FeatureMap reset, Workers workers)
    {
        int rows = input.Extent.H;
        _gates.Run(input, state.Gates, workers, plus: state.GatesOfContext);
        workers.For(rows, h => Reset(state, input, reset, h));
        _candidate.Run(reset, state.Candidate, workers, plus: state.CandidateOfContext);
        workers.For(rows, h => Update(state, input, h));
    }

    [MethodImpl(Jit.Hot)]
    private void Reset(State state, FeatureMap input, FeatureMap reset, int h)
    {
        for (int w = 0; w < input.Extent.W; w++)
        {
            float* hidden = input.At(0, h, w);
            float* gate = state.Gates.At(0, h, w) + _hidden;
            float* target = reset.At(0, h, w);
            for (int c = 0; c < _hidden; c += Lanes)
                (Activation.Sigmoid(Vector512.Load(gate + c)) * Vector512.Load(hidden + c)).Store(target + c);
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Update(State state, FeatureMap input, int h)
    {
        for (int w = 0; w < input.Extent.W; w++)
        {
            float* hidden = input.At(0, h, w);
            float* gate = state.Gates.At(0, h, w);
            float* candidate = state.Candidate.At(0, h, w);
            for (int c = 0; c < _hidden; c += Lanes)
            {
                Vector512<float> z = Activation.Sigmoid(Vector512.Load(gate + c)), q = Activation.Tanh(Vector512.Load(candidate + c));
                Vector512<float> before = Vector512.Load(hidden + c);
                (((Vector512<float>.One - z) * before) + (z * q)).Store(hidden + c);
            }
        }
    }
}
