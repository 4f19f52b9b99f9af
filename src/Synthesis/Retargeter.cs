using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis;

/// <summary>
/// The same video in another size or length (paper, section 4): things keep their shape and their pace, and the scene is
/// rearranged instead. There is no noise; the input, stretched to the new size, is the first guess.
/// </summary>
public sealed class Retargeter : Sampler
{
    private readonly SourcePyramid _pyramid;

    /// <summary>Plans the run; nothing heavy happens yet.</summary>
    /// <exception cref="VgpnnException">The options and the clip's size do not go together.</exception>
    public Retargeter(Clip input, MethodOptions options)
        : base(options, PyramidPlanner.Plan(input.Extent, options), input.FrameRate) =>
        _pyramid = new SourcePyramid(input, Plan.Levels);

    private protected override Volume<T> Run<T>(SampleRun run) =>
        new CoarseToFine<T>(Plan, _pyramid.Of<T>(), Options, Canvas.Plain).Run(() => CoarsestQuery(run), run);

    private Volume<float> CoarsestQuery(SampleRun run) =>
        _pyramid.Resized(Options.Engine, Plan.Coarsest.Output, Plan.Coarsest.Scale * Plan.OutputScale, run.Workers);
}
