using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Synthesis.Options;

/// <summary>What is made of the inputs: the applications of the paper.</summary>
public enum Application
{
    /// <summary>New videos of the same world: noise at the coarsest level.</summary>
    Generation,

    /// <summary>The same video in another size or length: no noise.</summary>
    Retargeting,

    /// <summary>A masked part of a video filled.</summary>
    Inpainting,

    /// <summary>The look of one video in the movements of another.</summary>
    Analogy,

    /// <summary>The look of a video in the shape of a sketch that moves.</summary>
    Sketch,
}

/// <summary>How the noise of the coarsest level lies in time.</summary>
public enum NoiseTime
{
    /// <summary>Drawn once per position and repeated in every frame, so that the input's motion survives.</summary>
    Replicated,

    /// <summary>Drawn anew for every frame.</summary>
    Independent,
}

/// <summary>What a run computes with; results differ a little between them, and within one they are the same everywhere.</summary>
public enum Engine
{
    /// <summary>Levels of 8-bit samples and integer distances: every output value is a value of the input anyway.</summary>
    Fast,

    /// <summary>Levels of floats: the exact engine, slower and in need of four times the memory.</summary>
    Float,
}

/// <summary>Which values of a sketch stand for movement.</summary>
public enum Ink
{
    /// <summary>Dark ones if the frame's border is light, and the other way round.</summary>
    Auto,

    /// <summary>Black moves, white stands still.</summary>
    Dark,

    /// <summary>White moves, black stands still.</summary>
    Light,
}

/// <summary>What in a style the ink of a sketch stands for.</summary>
public enum InkMatch
{
    /// <summary>What stands out from its surroundings by its colours.</summary>
    Contrast,

    /// <summary>What moves.</summary>
    Motion,
}

/// <summary>Into how many bins movement is sorted.</summary>
/// <param name="Content">Of what is worked on.</param>
/// <param name="Style">Of what patches are taken from.</param>
public readonly record struct StructureBins(int Content, int Style);

/// <summary>A size wanted of the output; null: not said.</summary>
/// <param name="T">Frames.</param>
/// <param name="H">Rows.</param>
/// <param name="W">Columns.</param>
public readonly record struct OutputSize(int? T, int? H, int? W);

/// <summary>
/// Every knob of the method (paper, section 3 and appendix). The defaults are the preset of generation; <see cref="For"/>
/// gives those of the other applications.
/// </summary>
public sealed partial record MethodOptions
{
    /// <summary>What is made.</summary>
    public Application Application { get; init; }

    /// <summary>
    /// Output size over input size, each 0.1 to 4; null: 1, and for generation 0.8 in time from 24 frames on.
    /// </summary>
    public Scale? Scale { get; init; }

    /// <summary>Output size on the axes that it names; it goes before <see cref="Scale"/>, whose range it must respect.</summary>
    public OutputSize? Size { get; init; }

    /// <summary>Whether the last frame is followed by the first: the output's time axis is a circle.</summary>
    public bool Loop { get; init; }

    /// <summary>What the fill of a mask starts from.</summary>
    public Cue Cue { get; init; }

    /// <summary>Whether the black of a mask is to be filled, not the white.</summary>
    public bool InvertMask { get; init; }

    /// <summary>Into how many bins the movement of content and style is sorted; of a sketch only the style's matters.</summary>
    public StructureBins Bins { get; init; } = new(5, 5);

    /// <summary>
    /// At which part of the levels, from the coarsest on, movement counts besides colour, 0 to 1; at the coarsest it alone counts.
    /// </summary>
    public double FlowLimit { get; init; } = 0.5;

    /// <summary>
    /// α of completeness: key patches weigh 1/(α + distance to their nearest query patch), for samples in [−1, 1]. The smaller,
    /// the more of the source is used. Null: all weigh the same.
    /// </summary>
    public double? Completeness { get; init; }

    /// <summary>Which values of a sketch stand for movement.</summary>
    public Ink Ink { get; init; }

    /// <summary>What in a style the ink of a sketch stands for.</summary>
    public InkMatch Match { get; init; }

    /// <summary>Factor from one level to the next coarser one in time, above 0 and up to 1 (1: time is not reduced).</summary>
    public double DownscaleT { get; init; } = 0.87;

    /// <summary>Factor from one level to the next coarser one in space, above 0 and up to 1 (1: space is not reduced).</summary>
    public double DownscaleS { get; init; } = 0.82;

    /// <summary>Frames of the coarsest output level.</summary>
    public int MinT { get; init; } = 3;

    /// <summary>Shorter side of the coarsest output level in pixels.</summary>
    public int MinS { get; init; } = 15;

    /// <summary>Patch size; null: 3×7×7, and 3×5×5 for analogies, sketches and levels of more than 3,000,000 output voxels.</summary>
    public Extent? Patch { get; init; }

    /// <summary>
    /// EM iterations per level J; 1 at the coarsest level; null: 5, and 1 at levels of more than 3,000,000 output voxels; 1 for
    /// analogies, and for sketches 3, and 1 at the two finest levels.
    /// </summary>
    public int? Iterations { get; init; }

    /// <summary>
    /// Standard deviation σ of the noise on the coarsest query, for samples in [−1, 1]; null: the mean summed squared
    /// distance of a coarsest patch to its nearest other patch, clamped to [2, 5].
    /// </summary>
    public double? Noise { get; init; }

    /// <summary>How that noise lies in time.</summary>
    public NoiseTime NoiseTime { get; init; }

    /// <summary>How voxels are made from the candidates that cover them.</summary>
    public VoteRule Vote { get; init; }

    /// <summary>How nearest neighbours are searched.</summary>
    public SearchMethod Search { get; init; }

    /// <summary>What the run computes with.</summary>
    public Engine Engine { get; init; }

    /// <summary>The preset of an application: what it does unless told otherwise.</summary>
    /// <param name="application">What is made.</param>
    /// <param name="loop">
    /// Whether the ends meet. A loop begins with more frames: out of three that follow each other in a circle nothing can
    /// come but a picture that stands still.
    /// </param>
    public static MethodOptions For(Application application, bool loop = false)
    {
        MethodOptions preset = application switch
        {
            Application.Generation => new(),
            Application.Retargeting => new() { Application = application, MinS = 40, Noise = 0 },

            // A painted cue of less than two pixels at the coarsest level is taken for noise and smoothed away.
            Application.Inpainting => new() { Application = application, MinS = 25, Noise = 0 },
            Application.Analogy => new()
            {
                Application = application,
                DownscaleT = 0.9,
                DownscaleS = 0.9,
                MinS = 20,
                Noise = 0,
                Completeness = 1,
            },
            Application.Sketch => new()
            {
                Application = application,
                DownscaleT = 0.78,
                DownscaleS = 0.78,
                MinT = 5,
                MinS = 35,
                Noise = 0,
                Completeness = 1,
                Bins = new(5, 2),
            },
            _ => throw new ArgumentOutOfRangeException(nameof(application)),
        };
        return loop ? preset with { Loop = true, MinT = LoopMinT } : preset;
    }

    /// <summary>Whether the output takes its layout from movement instead of colour.</summary>
    public bool FollowsStructure => Application is Application.Analogy or Application.Sketch;

    private const int LoopMinT = 10;
}
