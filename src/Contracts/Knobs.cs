using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Contracts;

/// <summary>One value for each axis.</summary>
/// <param name="T">Time, or frames.</param>
/// <param name="H">Height.</param>
/// <param name="W">Width.</param>
public sealed record Factors(double T, double H, double W);

/// <summary>A size of which axes may be left out.</summary>
/// <param name="T">Frames.</param>
/// <param name="H">Rows.</param>
/// <param name="W">Columns.</param>
public sealed record WantedSize(int? T = null, int? H = null, int? W = null);

/// <summary>
/// The knobs of the method and what is read of the input, as <see cref="MethodOptions"/> describes them. What is null is as
/// the application's preset has it.
/// </summary>
public sealed record Knobs
{
    /// <summary>First frame used, counted from 1.</summary>
    public int? FirstFrame { get; init; }

    /// <summary>Last frame used, counted from 1.</summary>
    public int? LastFrame { get; init; }

    /// <summary>Height in pixels to which higher frames are reduced, 8 or more.</summary>
    public int? MaxHeight { get; init; }

    /// <summary>The pace of the samples in frames per second: 25, 29.97 or 30000/1001.</summary>
    public string? FrameRate { get; init; }

    /// <summary>Output size over input size, each 0.1 to 4.</summary>
    public Factors? Scale { get; init; }

    /// <summary>Output size in frames and pixels, on the axes that it names; it goes before the scale.</summary>
    public WantedSize? Size { get; init; }

    /// <summary>Whether the last frame is followed by the first.</summary>
    public bool? Loop { get; init; }

    /// <summary>What the fill of a mask starts from.</summary>
    public Cue? Cue { get; init; }

    /// <summary>Whether the black of a mask is filled, not the white.</summary>
    public bool? InvertMask { get; init; }

    /// <summary>Into how many bins the movement of content and style is sorted, 2 to 256 each.</summary>
    public StructureBins? Bins { get; init; }

    /// <summary>In which part of the levels, from the coarsest on, movement counts, 0 to 1.</summary>
    public double? FlowLimit { get; init; }

    /// <summary>α of completeness, 0.000001 to 1000000; the smaller, the more of the source is used.</summary>
    public double? Completeness { get; init; }

    /// <summary>True: completeness does not count, whatever the preset says.</summary>
    public bool? NoCompleteness { get; init; }

    /// <summary>Which values of a sketch stand for movement.</summary>
    public Ink? Ink { get; init; }

    /// <summary>What in a style the ink of a sketch stands for.</summary>
    public InkMatch? Match { get; init; }

    /// <summary>Factor from one level to the next coarser one in time, above 0 and up to 1.</summary>
    public double? DownscaleT { get; init; }

    /// <summary>Factor from one level to the next coarser one in space, above 0 and up to 1.</summary>
    public double? DownscaleS { get; init; }

    /// <summary>Frames of the coarsest level, 1 to 10,000.</summary>
    public int? MinT { get; init; }

    /// <summary>Shorter side of the coarsest level in pixels, 1 to 10,000.</summary>
    public int? MinS { get; init; }

    /// <summary>Patch size in frames and pixels, each 1 to 15.</summary>
    public Extent? Patch { get; init; }

    /// <summary>Rounds of matching and voting per level, 1 to 100.</summary>
    public int? Iterations { get; init; }

    /// <summary>Standard deviation of the noise from which a sample starts, 0 to 1000.</summary>
    public double? Noise { get; init; }

    /// <summary>True: the noise is chosen from how alike the input's patches are, whatever the preset says.</summary>
    public bool? AutoNoise { get; init; }

    /// <summary>How that noise lies in time.</summary>
    public NoiseTime? NoiseTime { get; init; }

    /// <summary>How a pixel is made from the patches that cover it.</summary>
    public VoteRule? Vote { get; init; }

    /// <summary>How patches are matched.</summary>
    public SearchMethod? Search { get; init; }

    /// <summary>What to compute with.</summary>
    public Engine? Engine { get; init; }

    /// <summary>Every knob as it is.</summary>
    public static Knobs Of(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new Knobs
        {
            Scale = options.Scale is { } s ? new Factors(s.T, s.H, s.W) : null,
            Size = options.Size is { } z ? new WantedSize(z.T, z.H, z.W) : null,
            Loop = options.Loop,
            Cue = options.Application == Application.Inpainting ? options.Cue : null,
            InvertMask = options.Application == Application.Inpainting ? options.InvertMask : null,
            Bins = options.FollowsStructure ? options.Bins : null,
            FlowLimit = options.FollowsStructure ? options.FlowLimit : null,
            Completeness = options.Completeness,
            NoCompleteness = options.Completeness is null ? true : null,
            Ink = options.Application == Application.Sketch ? options.Ink : null,
            Match = options.Application == Application.Sketch ? options.Match : null,
            DownscaleT = options.DownscaleT,
            DownscaleS = options.DownscaleS,
            MinT = options.MinT,
            MinS = options.MinS,
            Patch = options.Patch,
            Iterations = options.Iterations,
            Noise = options.Noise,
            AutoNoise = options.Noise is null ? true : null,
            NoiseTime = options.NoiseTime,
            Vote = options.Vote,
            Search = options.Search,
            Engine = options.Engine,
        };
    }

    /// <summary>The knobs of an application with these settings.</summary>
    public MethodOptions ToOptions(Application application)
    {
        MethodOptions preset = MethodOptions.For(application, Loop ?? false);
        return preset with
        {
            Scale = Scale is { } s ? new Scale(s.T, s.H, s.W) : preset.Scale,
            Size = Size is { } z ? new OutputSize(z.T, z.H, z.W) : preset.Size,
            Cue = Cue ?? preset.Cue,
            InvertMask = InvertMask ?? preset.InvertMask,
            Bins = Bins ?? preset.Bins,
            FlowLimit = FlowLimit ?? preset.FlowLimit,
            Completeness = NoCompleteness == true ? null : Completeness ?? preset.Completeness,
            Ink = Ink ?? preset.Ink,
            Match = Match ?? preset.Match,
            DownscaleT = DownscaleT ?? preset.DownscaleT,
            DownscaleS = DownscaleS ?? preset.DownscaleS,
            MinT = MinT ?? preset.MinT,
            MinS = MinS ?? preset.MinS,
            Patch = Patch ?? preset.Patch,
            Iterations = Iterations ?? preset.Iterations,
            Noise = AutoNoise == true ? null : Noise ?? preset.Noise,
            NoiseTime = NoiseTime ?? preset.NoiseTime,
            Vote = Vote ?? preset.Vote,
            Search = Search ?? preset.Search,
            Engine = Engine ?? preset.Engine,
        };
    }
}
