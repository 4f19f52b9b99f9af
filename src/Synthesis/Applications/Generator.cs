using System.Globalization;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Applications;

/// <summary>
/// Makes diverse samples of one clip (paper, section 3): noise at the coarsest level, then coarse to fine. With several clips, samples mix them: all clips
/// are resized to the first one's size, each patch comes from one of them, and a sample starts from their mean, so that the noise decides which clip
/// appears where.
/// </summary>
public sealed class Generator : Sampler
{
    private readonly IReadOnlyList<Clip> _clips;
    private readonly SourcePyramid _pyramid;
    private double? _noise;

    /// <summary>Plans the run.</summary>
    /// <exception cref="VgpnnException">The options do not fit the clip's size.</exception>
    public Generator(Clip input, MethodOptions options)
        : this([input], options)
    {
    }

    /// <summary>Plans the run, and resizes the clips to one size.</summary>
    /// <param name="inputs">One or more clips.</param>
    /// <param name="options">The options of the method.</param>
    /// <exception cref="VgpnnException">The options do not fit the clips' sizes.</exception>
    public Generator(IReadOnlyList<Clip> inputs, MethodOptions options)
        : base(options, PyramidPlanner.Plan([.. inputs.Select(i => new InputSize(InputRole.Input, i.Extent))], options), inputs[0].FrameRate)
    {
        Clip first = inputs[0];
        _clips = [.. inputs.Select(c => SameSize(c, first) ? c : ClipFitting.Cover(c, first.Height, first.Width, new Workers(1)))];
        _pyramid = new SourcePyramid(_clips, Plan.Levels);
        _noise = options.Noise;
        Notices = [.. inputs.SelectMany((clip, i) => NoticesOf(clip, first, i + 1))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices { get; }

    /// <inheritdoc/>
    public override double ResolveNoise(Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        return _noise ??= MeasureNoise(workers);
    }

    private protected override SourcePyramid Source => _pyramid;

    private protected override RunInputs Inputs(Workers workers) => new(Plan, Options, _pyramid);

    private protected override CoarsestQueries Queries(Workers workers)
    {
        // Computed once for all samples and starts.
        var mean = new Lazy<Volume<float>>(() => Mean(Plan.Coarsest, workers));
        return new CoarsestQueries((run, start) => Noisy(mean.Value, run, start), () => Mean(SampleStart.JudgedLevel(Plan.Levels), workers));
    }

    private double MeasureNoise(Workers workers)
    {
        LevelPlan coarsest = Plan.Coarsest;
        if (Options.Engine == Engine.Float)
        {
            InputPyramid<float> floats = _pyramid.Of<float>();
            return CoarsestNoise.Auto(floats.Level(coarsest.Index, workers), coarsest.Patch, floats.KeyWeights(coarsest), workers);
        }

        InputPyramid<byte> bytes = _pyramid.Of<byte>();
        Volume<float> level = ColourConversion.ToFloat(bytes.Level(coarsest.Index, workers));
        return CoarsestNoise.Auto(level, coarsest.Patch, bytes.KeyWeights(coarsest), workers);
    }

    // The query of a sample in one of its starts.
    private Volume<float> Noisy(Volume<float> mean, SampleRun run, int start)
    {
        double sigma = ResolveNoise(run.Workers);
        ulong seed = Hash.Derive(run.Seed, ulong.MaxValue);
        Volume<float> query = mean.Clone();
        CoarsestNoise.Add(query, sigma, Options.NoiseTime, start == 0 ? seed : Hash.Derive(seed, (ulong)start), run.Workers);
        return query;
    }

    // The mean of the clips at a level, in the output's size.
    private Volume<float> Mean(LevelPlan level, Workers workers)
    {
        Volume<float> mean = Resized(level, 0, workers);
        for (int clip = 1; clip < _clips.Count; clip++)
        {
            Volume<float> other = Resized(level, clip, workers);
            for (int i = 0; i < mean.Count; i++) mean.Samples[i] += (other.Samples[i] - mean.Samples[i]) / (clip + 1);
        }

        return mean;
    }

    // A clip at a level, with the output's scale applied in the same step, and with the first clip's length.
    private Volume<float> Resized(LevelPlan level, int clip, Workers workers)
    {
        Scale scale = level.Scale * Plan.OutputScale;
        if (clip > 0) scale = scale with { T = scale.T * _clips[0].Frames.Count / _clips[clip].Frames.Count };
        return _pyramid.Resized(Options.Engine, level.Output, scale, workers, clip);
    }

    private static bool SameSize(Clip a, Clip b) => a.Height == b.Height && a.Width == b.Width;

    private static IEnumerable<string> NoticesOf(Clip clip, Clip first, int number)
    {
        if (!SameSize(clip, first))
        {
            bool cropped = (long)clip.Width * first.Height != (long)clip.Height * first.Width;
            yield return $"clip {number} was resized from {clip.Width}×{clip.Height} to {first.Width}×{first.Height}, the size of clip 1"
                + (cropped ? ", and cropped equally on two sides" : "");
        }

        if (clip.FrameRate != first.FrameRate)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"clip {number} has {clip.FrameRate.Value:0.###} frames per second, and is used at the {first.FrameRate.Value:0.###} of clip 1");
        }
    }
}
