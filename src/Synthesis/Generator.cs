using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis;

/// <summary>
/// Makes diverse samples of one clip (paper, section 3): noise at the coarsest level, then coarse to fine. One sample at a
/// time; a sample depends on the clip, the options, the seed and its index alone.
/// </summary>
public sealed class Generator
{
    private readonly GenerationOptions _options;
    private readonly Clip _input;
    private readonly Lazy<InputPyramid<byte>> _bytes;
    private readonly Lazy<InputPyramid<float>> _floats;
    private double? _noise;

    /// <summary>Plans the run; nothing heavy happens yet.</summary>
    /// <exception cref="VgpnnException">The options and the clip's size do not go together.</exception>
    public Generator(Clip input, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        _input = input;
        _options = options;
        _noise = options.Noise;
        Plan = PyramidPlanner.Plan(input.Extent, options);
        _bytes = new(() => new InputPyramid<byte>(input.ToBytes(), Plan.Levels));
        _floats = new(() => new InputPyramid<float>(input.ToFloats(), Plan.Levels));
    }

    /// <summary>Levels, memory and work.</summary>
    public PyramidPlan Plan { get; }

    /// <summary>The noise's standard deviation; where it was left to the program it is computed at the first call.</summary>
    public double ResolveNoise(Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        return _noise ??= CoarsestNoise.Auto(Coarse(Plan.Coarsest.Input, Scale.One, workers), Plan.Coarsest.Patch, workers);
    }

    /// <summary>Makes sample <paramref name="index"/> of <paramref name="seed"/>: the same frames for any number of threads.</summary>
    /// <param name="seed">The seed of the whole set.</param>
    /// <param name="index">Which sample of the set, from 0.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="observe">Told of every step, on the caller's thread; null: nobody listens.</param>
    /// <param name="resumeFrom">The output of a finished level of the same sample, to go on from; null: from the coarsest.</param>
    /// <exception cref="ArgumentException">The checkpoint is of another plan.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Clip Generate(
        ulong seed, int index, Workers workers, Action<SynthesisEvent>? observe = null, Checkpoint? resumeFrom = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentNullException.ThrowIfNull(workers);
        if (resumeFrom is not null
            && (resumeFrom.Level >= Plan.Levels.Count || resumeFrom.Output.Channels != 3
                || resumeFrom.Output is Volume<float> != (_options.Engine == Engine.Float)
                || resumeFrom.Output.Extent != Plan.Levels[resumeFrom.Level].Output))
            throw new ArgumentException("the checkpoint is of another plan", nameof(resumeFrom));

        ulong sampleSeed = Hash.Derive(seed, (ulong)index);
        Volume output = _options.Engine == Engine.Float
            ? Run(_floats.Value, sampleSeed, workers, observe, resumeFrom)
            : Run(_bytes.Value, sampleSeed, workers, observe, resumeFrom);
        return Clip.FromVolume(output, _input.FrameRate);
    }

    private Volume<T> Run<T>(
        InputPyramid<T> pyramid, ulong seed, Workers workers, Action<SynthesisEvent>? observe, Checkpoint? resumeFrom)
        where T : unmanaged =>
        new CoarseToFine<T>(Plan, pyramid, _options.Search, _options.Vote)
            .Run(() => CoarsestQuery(seed, workers), seed, workers, observe, resumeFrom);

    private Volume<float> CoarsestQuery(ulong sampleSeed, Workers workers)
    {
        Volume<float> query = Coarse(Plan.Coarsest.Output, Plan.OutputScale, workers);
        CoarsestNoise.Add(query, ResolveNoise(workers), _options.NoiseTime, Hash.Derive(sampleSeed, ulong.MaxValue), workers);
        return query;
    }

    // The input at the coarsest level, enlarged by a scale besides, in one step.
    private Volume<float> Coarse(Extent size, Scale enlarged, Workers workers)
    {
        Scale level = Plan.Coarsest.Scale;
        var scale = new Scale(level.T * enlarged.T, level.H * enlarged.H, level.W * enlarged.W);
        return _options.Engine == Engine.Float
            ? _floats.Value.Resized(size, scale, workers)
            : RgbSamples.ToFloat(_bytes.Value.Resized(size, scale, workers));
    }
}
