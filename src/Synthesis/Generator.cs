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
    private InputPyramid? _pyramid;
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
    }

    /// <summary>Levels, memory and work.</summary>
    public PyramidPlan Plan { get; }

    private InputPyramid Pyramid => _pyramid ??= new InputPyramid(_input.ToVolume(), Plan.Levels);

    /// <summary>The noise's standard deviation; where it was left to the program it is computed at the first call.</summary>
    public double ResolveNoise(Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        return _noise ??= CoarsestNoise.Auto(Pyramid.Level(Plan.Coarsest.Index, workers), Plan.Coarsest.Patch, workers);
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
                || resumeFrom.Output.Extent != Plan.Levels[resumeFrom.Level].Output))
            throw new ArgumentException("the checkpoint is of another plan", nameof(resumeFrom));

        ulong sampleSeed = Hash.Derive(seed, (ulong)index);
        var run = new CoarseToFine(Plan, Pyramid, _options.Search, _options.Vote);
        Volume output = run.Run(() => CoarsestQuery(sampleSeed, workers), sampleSeed, workers, observe, resumeFrom);
        return Clip.FromVolume(output, _input.FrameRate);
    }

    private Volume CoarsestQuery(ulong sampleSeed, Workers workers)
    {
        LevelPlan level = Plan.Coarsest;
        Scale scale = new(level.Scale.T * Plan.OutputScale.T, level.Scale.H * Plan.OutputScale.H, level.Scale.W * Plan.OutputScale.W);
        Volume query = Pyramid.Resized(level.Output, scale, workers);
        CoarsestNoise.Add(query, ResolveNoise(workers), _options.NoiseTime, Hash.Derive(sampleSeed, ulong.MaxValue));
        return query;
    }
}
