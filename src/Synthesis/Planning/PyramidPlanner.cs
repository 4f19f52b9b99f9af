using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Planning;

/// <summary>Chooses the levels of a run (paper, section 3; follows the official program's rules where it has a plan).</summary>
public static class PyramidPlanner
{
    /// <summary>Maximum number of levels.</summary>
    public const int MaxLevels = 60;

    /// <summary>Minimum number of frames of a clip.</summary>
    public const int MinFrames = 2;

    /// <summary>Minimum width and height of a clip in pixels.</summary>
    public const int MinSide = 8;

    /// <summary>Number of output voxels above which a level defaults to smaller patches and one iteration.</summary>
    public const long LargeLevel = 3_000_000;

    private static readonly Extent UsualPatch = new(3, 7, 7);
    private static readonly Extent SmallPatch = new(3, 5, 5);
    private const int UsualIterations = 5;
    private const int SketchIterations = 3;

    /// <summary>The plan for one clip of this size, which exists for every clip of at least 2 frames of 8×8 pixels.</summary>
    /// <exception cref="VgpnnException">Kind Usage: options out of range. Kind Input: the clip is too small or too large.</exception>
    public static PyramidPlan Plan(Extent input, MethodOptions options) => Plan([new InputSize(InputRole.Input, input)], options);

    /// <summary>
    /// The plan for inputs of these sizes: an upper bound of the work of a <see cref="Sampler"/> of such clips. Several clips are planned with the frame size of the
    /// first one, to which they are resized.
    /// </summary>
    /// <exception cref="VgpnnException">Kind Usage: options out of range. Kind Input: a clip is too small or too large.</exception>
    public static PyramidPlan Plan(IReadOnlyList<InputSize> inputs, MethodOptions options, IOpticalFlow? flow = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Extent first = inputs.First(i => i.Role.IsWorkedOn()).Size;
        Extent[] sources = [.. inputs.Where(i => i.Role.IsSource()).Select(i => options.FollowsStructure ? AnalogyMaker.StyleSize(i.Size, first) : i.Size)];
        if (sources.Length == 0) sources = [.. inputs.Where(i => i.Role == InputRole.Input).Select(i => first with { T = i.Size.T })];
        foreach (Extent clip in sources.Append(first))
        {
            if (clip.T < MinFrames || clip.ShortSide < MinSide)
                throw TooSmall($"the clip is {clip.W}×{clip.H} with {Count(clip.T)}", "use a larger clip");
        }

        Scale outputScale = OutputScale(first, options);
        var output = new Extent(Resized(first.T, outputScale.T), Resized(first.H, outputScale.H), Resized(first.W, outputScale.W));
        if (output.T < MinFrames || output.ShortSide < MinSide)
            throw TooSmall($"the output would be {output.W}×{output.H} with {Count(output.T)}", "use a larger --scale");

        var levels = new List<LevelPlan>();
        foreach (Scale scale in Scales(sources[0] with { T = sources.Min(s => s.T) }, output, options))
            levels.Add(Level(levels.Count, scale, sources, output, options));
        if (options.FollowsStructure) levels = [.. levels.Select(l => WithGuide(l, levels.Count, options.FlowLimit))];

        // With noise, a second iteration at the coarsest level would only undo the noise; a guess without noise needs more iterations.
        if (options.Application != Application.Inpainting) levels[^1] = levels[^1] with { Iterations = 1 };
        foreach (LevelPlan level in levels) RequireFit(level);
        return PlanCost.Complete(sources[0] with { T = sources.Sum(s => s.T) }, output, outputScale, levels, options, sources.Length,
            options.FollowsStructure ? inputs : null, flow ?? new DenseInverseSearch());
    }

    private static Scale OutputScale(Extent input, MethodOptions options)
    {
        Scale scale = options.Scale ?? DefaultScale(input, options.Application);
        if (options.Size is not { } size) return scale;
        scale = new Scale(Factor(size.T, input.T) ?? scale.T, Factor(size.H, input.H) ?? scale.H, Factor(size.W, input.W) ?? scale.W);
        if (scale is { T: >= MethodOptions.MinScale and <= MethodOptions.MaxScale, H: >= MethodOptions.MinScale and <= MethodOptions.MaxScale, W: >= MethodOptions.MinScale and <= MethodOptions.MaxScale })
            return scale;
        throw new VgpnnException(
            ErrorKind.Usage, "size-out-of-range",
            $"{size.W ?? input.W}×{size.H ?? input.H} with {Count(size.T ?? input.T)} is too far from the input, {input.W}×{input.H} with {Count(input.T)}",
            "use a width, height and number of frames between a tenth and four times the input's");
    }

    /// <summary>The patch size where none is given, at levels that are not large.</summary>
    internal static Extent UsualPatchOf(MethodOptions options) => options.FollowsStructure ? SmallPatch : UsualPatch;

    private static double? Factor(int? output, int input) => (double?)output / input;

    /// <summary>From 24 frames on, samples are 20 % shorter by default, so that simultaneous motions drift apart.</summary>
    private static Scale DefaultScale(Extent input, Application application) =>
        new(application == Application.Generation && input.T >= 24 ? 0.8 : 1, 1, 1);

    // Factors from the finest level on. Time and space shrink by powers of their factors until the next level would be too small; then they are set to
    // their minimum and stay there while the other continues. H and W stop together.
    private static List<Scale> Scales(Extent input, Extent output, MethodOptions options)
    {
        Extent patch = options.Patch ?? UsualPatchOf(options);
        var scales = new List<Scale> { Scale.One };

        // The minima apply to the output; the input's levels must also contain more than one patch, or there is no choice.
        var time = new Axis(options.DownscaleT, options.MinT, output.T, Math.Min(patch.T, input.T), input.T, strict: false);
        var space = new Axis(
            options.DownscaleS, options.MinS, output.ShortSide, Math.Min(Math.Max(patch.H, patch.W), input.ShortSide), input.ShortSide, strict: true);
        while (!(time.Done && space.Done))
        {
            if (scales.Count == MaxLevels)
            {
                throw new VgpnnException(
                    ErrorKind.Usage, "too-many-levels", $"the plan would have more than {MaxLevels} levels",
                    "lower the factors of --downscale, or raise --min-size");
            }

            double t = time.Next(), s = space.Next();
            scales.Add(new Scale(t, s, s));
        }

        return scales;
    }

    private static LevelPlan Level(int index, Scale scale, Extent[] sources, Extent output, MethodOptions options)
    {
        Extent[] clips = [.. sources.Select(s => Scaled(s, scale))];
        Extent x = clips[0] with { T = clips.Sum(c => c.T) }, y = Scaled(output, scale);
        bool large = y.Count > LargeLevel;
        Extent patch = clips.Append(y).Aggregate(options.Patch ?? (large || options.FollowsStructure ? SmallPatch : UsualPatch), Extent.Min);
        int iterations = options.Iterations ?? options.Application switch
        {
            Application.Analogy => 1,
            Application.Sketch => index < 2 ? 1 : SketchIterations,
            _ => large ? 1 : UsualIterations,
        };
        return new LevelPlan(index, scale, x, y, patch, iterations) { Query = options.Loop ? LoopCanvas.Wrapped(y, patch) : y };
    }

    // From the coarsest level on: structure only, then structure and colours, then colours only.
    private static LevelPlan WithGuide(LevelPlan level, int levels, double limit)
    {
        int fromCoarsest = levels - 1 - level.Index;
        if (fromCoarsest == 0) return level with { Guide = Guide.Structure };
        return level with
        {
            Guide = fromCoarsest < (int)((levels - 1) * limit) ? Guide.StructureAndColour : Guide.Colour,
            StartsFromCoarser = true,
        };
    }

    private static void RequireFit(LevelPlan level)
    {
        if (NearestNeighbourField.Fits(level.Query, level.Input)
            && level.Input.Count * 3 <= Volume.MaxSamples && level.Output.Count * 3 <= Volume.MaxSamples)
            return;
        throw new VgpnnException(
            ErrorKind.Input, "input-too-large", $"a level has {level.Input} voxels, more than the search can address",
            "use fewer or smaller frames (--frames, --max-height)");
    }

    internal static Extent Scaled(Extent size, Scale scale) => new(Size(size.T * scale.T), Size(size.H * scale.H), Size(size.W * scale.W));

    // Rounds up, unless the product is an integer within rounding.
    internal static int Size(double exact)
    {
        double nearest = Math.Round(exact);
        return (int)(Math.Abs(exact - nearest) < 1e-5 ? nearest : Math.Ceiling(exact));
    }

    private static int Resized(int size, double scale) => (int)Math.Round(size * scale, MidpointRounding.AwayFromZero);

    private static VgpnnException TooSmall(string what, string hint) =>
        new(ErrorKind.Input, "input-too-small", $"{what}; the minimum is {MinFrames} frames of {MinSide}×{MinSide} pixels", hint);

    private static string Count(int frames) => frames == 1 ? "1 frame" : $"{frames} frames";

    /// <summary>
    /// One axis while it shrinks. The official program corrects time below its minimum, space at or below it; so time's factor may continue to shrink while its
    /// rounded size stays at the minimum.
    /// </summary>
    private sealed class Axis
    {
        private readonly double _factor;
        private readonly bool _strict;
        private readonly (int Full, int Min)[] _sizes;
        private double _scale = 1;
        private int _power;
        private bool _fixed;

        public Axis(double factor, int outputMin, int output, int inputMin, int input, bool strict)
        {
            _factor = factor;
            _strict = strict;
            _sizes = [(output, outputMin), (input, inputMin)];
            _fixed = factor == 1 || _sizes.Any(s => !Allowed(s.Full, s.Min));
            Done = _fixed || _sizes.Any(s => s.Full <= s.Min);
        }

        /// <summary>Whether the axis has reached its minimum.</summary>
        public bool Done { get; private set; }

        public double Next()
        {
            if (_fixed) return _scale;
            double next = Math.Pow(_factor, ++_power);
            foreach ((int full, int min) in _sizes)
            {
                if (Allowed(Size(full * next), min)) continue;

                // Scales the previous size, which was rounded, as the official program does at its coarsest levels.
                double last = (double)min / Size(full * _scale) * _scale;
                next = _fixed ? Math.Max(next, last) : last;
                _fixed = true;
            }

            Done = _fixed || _sizes.Any(s => Size(s.Full * next) <= s.Min);
            return _scale = next;
        }

        private bool Allowed(int size, int min) => _strict ? size > min : size >= min;
    }
}
