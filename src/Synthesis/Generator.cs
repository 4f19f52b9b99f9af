using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis;

/// <summary>Diverse samples of one clip (paper, section 3): noise at the coarsest level, then coarse to fine.</summary>
public sealed class Generator : Sampler
{
    private readonly SourcePyramid _pyramid;
    private double? _noise;

    /// <summary>Plans the run; nothing heavy happens yet.</summary>
    /// <exception cref="VgpnnException">The options and the clip's size do not go together.</exception>
    public Generator(Clip input, MethodOptions options)
        : base(options, PyramidPlanner.Plan(input.Extent, options), input.FrameRate)
    {
        _pyramid = new SourcePyramid(input, Plan.Levels);
        _noise = options.Noise;
    }

    /// <inheritdoc/>
    public override double ResolveNoise(Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        return _noise ??= CoarsestNoise.Auto(Coarse(Plan.Coarsest.Input, Scale.One, workers), Plan.Coarsest.Patch, workers);
    }

    private protected override Volume<T> Run<T>(SampleRun run) =>
        new CoarseToFine<T>(Plan, _pyramid.Of<T>(), Options, Canvas.Plain).Run(() => CoarsestQuery(run), run);

    private Volume<float> CoarsestQuery(SampleRun run)
    {
        Volume<float> query = Coarse(Plan.Coarsest.Output, Plan.OutputScale, run.Workers);
        CoarsestNoise.Add(query, ResolveNoise(run.Workers), Options.NoiseTime, Hash.Derive(run.Seed, ulong.MaxValue), run.Workers);
        return query;
    }

    // The input at the coarsest level, enlarged by a scale besides, in one step.
    private Volume<float> Coarse(Extent size, Scale enlarged, Workers workers) =>
        _pyramid.Resized(Options.Engine, size, Plan.Coarsest.Scale * enlarged, workers);
}
