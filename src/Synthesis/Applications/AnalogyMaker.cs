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
/// The look of one video, the style, in the dynamic structure of another (paper, section 4, video analogies and sketch to
/// video). The structure of a style, and of content that is a video, is how fast things move; that of a sketch is its
/// grey values. The output has the content's size and length. All patches are the style's: it may have another length
/// and shape, and is made smaller only where it is higher than the content, so that things have about its scale.
/// </summary>
public sealed class AnalogyMaker : Sampler
{
    // Ink is or is not, so that it may count as much as a colour: with 1 fewer of a style's things come where it is.
    private const float SketchWeight = 2;

    private readonly Clip _content;
    private readonly Clip _style;
    private readonly IOpticalFlow _flow;
    private readonly SourcePyramid _pyramid;
    private StructureGuide? _guide;
    private Volume<float>? _coarsest;

    /// <summary>Plans the run; nothing heavy happens yet but to make a large style smaller.</summary>
    /// <param name="content">A video, or for <see cref="Application.Sketch"/> the sketch.</param>
    /// <param name="style">What patches are taken from.</param>
    /// <param name="options">The knobs of the method.</param>
    /// <param name="flow">What finds movement; null: <see cref="DenseInverseSearch"/>, which needs no weights.</param>
    /// <exception cref="VgpnnException">The options and the clips' sizes do not go together.</exception>
    public AnalogyMaker(Clip content, Clip style, MethodOptions options, IOpticalFlow? flow = null)
        : base(options, PyramidPlanner.Plan(Sizes(content, style, options), options, flow), content.FrameRate)
    {
        (_content, _style, _flow) = (content, style, flow ?? new DenseInverseSearch());
        Extent size = StyleSize(style.Extent, content.Extent);
        Clip source = size == style.Extent ? style : ClipFitting.Cover(style, size.H, size.W, new Workers(1));
        _pyramid = new SourcePyramid([source], Plan.Levels);
        Notices = size == style.Extent
            ? []
            : [$"the style was resized from {style.Width}×{style.Height} to {size.W}×{size.H}, the height of what it is applied to"];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices { get; }

    /// <summary>The size at which patches are taken from a style: its own, or smaller.</summary>
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
                ErrorKind.Input, "nothing-moves", $"nothing moves in the {name}, and an analogy takes its layout from movement",
                sketch || name == "style" ? "take a style in which something moves" : "'sketch' takes the layout from grey values instead");
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
                ErrorKind.Input, "weights-make-no-sense", "with these weights the network's numbers grow beyond all bounds",
                "take weights that were trained for optical flow", e);
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

    // Levels at which colour alone counts need none.
    private static IReadOnlyList<InputSize> Sizes(Clip content, Clip style, MethodOptions options) =>
    [
        new(options.Application == Application.Sketch ? InputRole.Sketch : InputRole.Content, content.Extent), new(InputRole.Style, style.Extent),
    ];

    private Volume<float>?[] ByLevel(Volume<float> structure, Func<LevelPlan, Extent> size, Scale scale, Workers workers) =>
    [
        .. Plan.Levels.Select(level => level.Guide == Guide.Colour ? null : Resampler.Resize(structure, size(level), level.Scale * scale, workers)),
    ];
}
