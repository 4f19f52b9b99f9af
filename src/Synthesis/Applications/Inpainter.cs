using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Masks;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Applications;

/// <summary>
/// Fills a masked part of a video (paper, conditional inpainting). Patches come from outside the mask, or from the clip in the role
/// <see cref="InputRole.Source"/>. Outside the mask every level, and so the result, equals the video.
/// </summary>
public sealed class Inpainter : Sampler
{
    // A smaller share is the noise of a compressed mask.
    private const double SoftShare = 0.001;

    private readonly Mask[] _masks;
    private readonly Clip _video;
    private readonly Lazy<SourcePyramid> _known;
    private readonly Lazy<SourcePyramid> _source;
    private readonly Lazy<SourcePyramid> _painted;
    private readonly Box[]? _boxes;

    /// <summary>Checks the mask against the video, and plans the run.</summary>
    /// <param name="video">The video to fill, with cues painted into it.</param>
    /// <param name="mask">White where to fill; as many frames as the video, or one for all.</param>
    /// <param name="source">The clip that patches are taken from; <c>null</c> for the video outside its mask.</param>
    /// <param name="options">The options of the method.</param>
    /// <exception cref="VgpnnException">The sizes or lengths differ, the mask leaves no patches, or no plan exists.</exception>
    public Inpainter(Clip video, Clip mask, Clip? source, MethodOptions options)
        : this(video, Mask.Of(mask, video.Extent, options.InvertMask, out double soft), soft, source, options)
    {
    }

    private Inpainter(Clip video, Mask mask, double soft, Clip? source, MethodOptions options)
        : base(options, Planned(video, mask, source, options), video.FrameRate)
    {
        _video = video;
        List<string> notices = [];
        if (soft > SoftShare)
            notices.Add($"{soft:P1} of the mask is neither black nor white; middle grey and lighter counts as {(options.InvertMask ? "black" : "white")}");
        if (mask.Count == 0) notices.Add("the mask is empty: the output equals the input");
        Notices = notices;

        _masks = [.. Plan.Levels.Select(l => mask.AtLevel(l.Output, l.Scale))];
        LevelPlan[] own = [.. Plan.Levels.Select(l => l with { Input = l.Output })];
        _painted = new(() => new SourcePyramid([video], own));
        _known = new(() => new SourcePyramid([HoleFilling.Fill(video, mask, new Workers(1))], own, source is null ? mask : null));
        _source = source is null ? _known : new(() => new SourcePyramid([source], Plan.Levels));
        if (mask.Count == 0) return;
        _boxes = [.. Plan.Levels.Select(l => _masks[l.Index].Bounds(l.Patch))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices { get; }

    private protected override SourcePyramid Source => _source.Value;

    // With an empty mask there is nothing to make.
    private protected override Clip? Unchanged => _boxes is null ? _video : null;

    private protected override RunInputs Inputs(Workers workers) =>
        new(Plan, Options, _source.Value) { Masked = new MaskedRegion(_masks, _boxes!, _known.Value) };

    private protected override CoarsestQueries Queries(Workers workers) => CoarsestQueries.Of(CoarsestQuery);

    private Volume<float> CoarsestQuery(SampleRun run)
    {
        LevelPlan coarsest = Plan.Coarsest;
        Volume<float> query = _known.Value.Resized(Options.Engine, coarsest.Output, coarsest.Scale, run.Workers);
        Volume<float> guess = Options.Cue == Cue.Paint
            ? _painted.Value.Resized(Options.Engine, coarsest.Output, coarsest.Scale, run.Workers)
            : query.Clone();
        CoarsestNoise.Add(guess, ResolveNoise(run.Workers), Options.NoiseTime, Hash.Derive(run.Seed, ulong.MaxValue), run.Workers);
        for (int t = 0; t < query.Extent.T; t++)
            for (int h = 0; h < query.Extent.H; h++)
                MaskedCanvas.Copy(guess.Row(t, h), query.Row(t, h), _masks[coarsest.Index].Row(t, h), 3);
        return query;
    }

    // Only a box around the mask is searched; levels at which every patch touches the mask are left out.
    private static PyramidPlan Planned(Clip video, Mask mask, Clip? source, MethodOptions options)
    {
        List<InputSize> sizes = [new(InputRole.Input, video.Extent)];
        if (source is not null) sizes.Add(new(InputRole.Source, source.Extent));
        PyramidPlan plan = PyramidPlanner.Plan(sizes, options);
        if (mask.Count == 0) return plan;
        var levels = new List<LevelPlan>();
        foreach (LevelPlan level in plan.Levels)
        {
            Mask here = mask.AtLevel(level.Output, level.Scale);
            if (source is null && here.Touched(level.Patch).All(touched => touched)) break;
            levels.Add(level with { Query = here.Bounds(level.Patch).Size });
        }

        if (levels.Count > 0) return PlanCost.Complete(plan.Input, plan.Output, plan.OutputScale, levels, options);
        throw new VgpnnException(
            ErrorKind.Input, "mask-everywhere", "every patch of the video touches the mask",
            "take patches from another clip (--source CLIP), or swap black and white (--invert-mask)");
    }
}
