using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Synthesis.Structure;

namespace Vgpnn.Synthesis.Applications;

/// <summary>
/// Makes a video with the appearance of a style clip and the dynamic structure of a content clip (paper, section 4, video analogies and sketch to video).
/// The structure of a video is how fast its parts move; that of a sketch is its grey values. The output has the content's size and length. All patches
/// come from the style, which may have another length and aspect ratio; a style that is higher than the content is resized to its height, so that
/// objects have about the same scale.
/// </summary>
public sealed class AnalogyMaker : Sampler
{
    // Ink is binary, so it can have the weight of a colour: with 1, fewer objects of the style follow the strokes.
    private const float SketchWeight = 2;

    private readonly Clip _content;
    private readonly Clip _style;
    private readonly IOpticalFlow _flow;
    private readonly SourcePyramid _pyramid;
    private StructureGuide? _guide;
    private Volume<float>? _coarsest;

    /// <summary>Plans the run, and resizes a style that is too large.</summary>
    /// <param name="content">A video, or for <see cref="Application.Sketch"/> the sketch.</param>
    /// <param name="style">The clip that patches are taken from.</param>
    /// <param name="options">The options of the method.</param>
    /// <param name="flow">Estimates motion; <c>null</c> for <see cref="DenseInverseSearch"/>, which needs no weights.</param>
    /// <exception cref="VgpnnException">The options do not fit the clips' sizes.</exception>
    public AnalogyMaker(Clip content, Clip style, MethodOptions options, IOpticalFlow? flow = null)
        : base(options, PyramidPlanner.Plan(Sizes(content, style, options), options, flow), content.FrameRate)
    {
        (_content, _style, _flow) = (content, style, flow ?? new DenseInverseSearch());
        Extent size = StyleSize(style.Extent, content.Extent);
        Clip source = size == style.Extent ? style : ClipFitting.Cover(style, size.H, size.W, new Workers(1));
        _pyramid = new SourcePyramid([source], Plan.Levels);
        Notices = size == style.Extent
            ? []
            : [$"the style was resized from {style.Width}×{style.Height} to {size.W}×{size.H}, which is as high as the output"];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices { get; }

    /// <summary>The size at which patches are taken from a style: its own, or the content's height.</summary>
    internal static Extent StyleSize(Extent style, Extent content) => style.H <= content.H
        ? style
        : style with { H = content.H, W = Math.Max(PyramidPlanner.MinSide, (int)Math.Round((double)style.W * content.H / style.H)) };

    /// <inheritdoc/>
    public override void Prepare(Workers workers, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(workers);
        if (_guide is not null) return;
        bool sketch = Options.Application == Application.Sketch;
        Volume<float>?[] content = sketch
            ? ByLevel(SketchStructure.Of(_content, Options.Ink, workers), l => l.Output, Plan.OutputScale, workers)
            : ByLevel(Moving(_content, Options.Bins.Content, "content", 0), l => l.Output, Plan.OutputScale, workers);
        Extent size = StyleSize(_style.Extent, _content.Extent);
        var fit = new Scale(1, (double)size.H / _style.Height, (double)size.W / _style.Width);
        Volume<float>?[] style = ByLevel(
            sketch && Options.Match == InkMatch.Contrast
                ? SketchStructure.Contrast(_style, Options.Bins.Style, workers)
                : Moving(_style, Options.Bins.Style, "style", sketch ? 0 : 0.5),
            l => l.Input, fit, workers);
        _coarsest = content[Plan.Coarsest.Index];
        _guide = new StructureGuide(content, style, sketch ? SketchWeight : 1);

        Volume<float> Moving(Clip clip, int bins, string name, double before)
        {
            Volume<float> speed = Speed(clip, workers, part => progress?.Invoke(before + (part * (sketch ? 1 : 0.5))));
            foreach (float s in speed.Samples)
                if (s >= DynamicStructure.Still) return DynamicStructure.Quantised(speed, bins, workers);
            throw new VgpnnException(
                ErrorKind.Input, "nothing-moves", $"nothing moves in the {name}; an analogy takes its layout from motion",
                sketch || name == "style" ? "use a style clip in which something moves" : "use 'sketch', which takes the layout from grey values");
        }
    }

    private Volume<float> Speed(Clip clip, Workers workers, Action<double> progress)
    {
        try
        {
            return DynamicStructure.Speed(clip.ToBytes(), _flow, workers, progress);
        }
        catch (NotFiniteNumberException e)
        {
            throw new VgpnnException(
                ErrorKind.Input, "weights-make-no-sense", "the flow network overflows with these weights",
                "use weights that were trained for optical flow", e);
        }
    }

    private protected override SourcePyramid Source => _pyramid;

    private protected override RunInputs Inputs(Workers workers)
    {
        Prepare(workers);
        return new RunInputs(Plan, Options, _pyramid) { Structure = _guide };
    }

    private protected override CoarsestQueries Queries(Workers workers) => CoarsestQueries.Of(CoarsestQuery);

    private Volume<float> CoarsestQuery(SampleRun run)
    {
        Volume<float> structure = _coarsest!.Clone();
        CoarsestNoise.Add(structure, ResolveNoise(run.Workers), Options.NoiseTime, Hash.Derive(run.Seed, ulong.MaxValue), run.Workers);
        return StructureCanvas.WithPlaces(structure);
    }

    // Levels that compare colours only have no structure.
    private static IReadOnlyList<InputSize> Sizes(Clip content, Clip style, MethodOptions options) =>
    [
        new(options.Application == Application.Sketch ? InputRole.Sketch : InputRole.Content, content.Extent), new(InputRole.Style, style.Extent),
    ];

    private Volume<float>?[] ByLevel(Volume<float> structure, Func<LevelPlan, Extent> size, Scale scale, Workers workers) =>
    [
        .. Plan.Levels.Select(level => level.Guide == Guide.Colour ? null : Resampler.Resize(structure, size(level), level.Scale * scale, workers)),
    ];
}
