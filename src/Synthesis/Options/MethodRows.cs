using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Options;

/// <summary>The options of the method: where a sample starts, and how patches are matched.</summary>
internal static class MethodRows
{
    private const string Start = "Start", Matching = "Matching";

    private static readonly Application[] Noisy = [Application.Generation, Application.Inpainting, Application.Analogy, Application.Sketch];

    public static IReadOnlyList<OptionSpec> All { get; } = [.. StartRows(), .. MatchingRows()];

    private static IEnumerable<OptionSpec> StartRows() =>
    [
        new OptionSpec
        {
            CommandLine = "--noise",
            Group = Start,
            Effect = "Standard deviation of the noise that a sample starts from, for colours from -1 to 1; 0 nearly returns the input, larger values depart from it",
            EffectFor = application => application switch
            {
                Application.Inpainting => "Standard deviation of the noise that the fill starts from, for colours from -1 to 1; 0 starts from the cue itself",
                Application.Analogy or Application.Sketch => "Standard deviation of the noise that is added to the motion, which is from 0 to 1",
                _ => "Standard deviation of the noise that a sample starts from, for colours from -1 to 1; 0 nearly returns the input, larger values depart from it",
            },
            Applications = Noisy,
            DefaultFor = application => application == Application.Generation ? "auto: 2 to 5, by how similar the input's patches are" : "0",
            Fields =
            [
                new NumberField
                {
                    Path = "noise",
                    Placeholder = "SIGMA|auto",
                    Label = "Noise",
                    Unit = "σ",
                    Min = 0,
                    Max = 1000,
                    Keyword = "auto",
                    KeywordPath = "autoNoise",
                    Get = s => s.Method.Noise,
                    Set = (s, v) => s with { Method = s.Method with { Noise = v } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--noise-time",
            Group = Start,
            Effect = "Choose whether the noise is the same in every frame, which keeps motions natural, or drawn for each frame",
            Applications = Noisy,
            Fields =
            [
                new ChoiceField<NoiseTime>(
                    ("replicated", "the same in every frame", NoiseTime.Replicated), ("independent", "drawn for each frame", NoiseTime.Independent))
                {
                    Path = "noiseTime",
                    Placeholder = "NAME",
                    Label = "Noise over time",
                    Get = s => s.Method.NoiseTime,
                    Set = (s, v) => s with { Method = s.Method with { NoiseTime = v } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--min-size",
            Group = Start,
            Effect = "Size of the coarsest level, in frames and in pixels of the shorter side; larger keeps more of the input's layout",
            Fields =
            [
                new NumberField
                {
                    Path = "minT",
                    Placeholder = "T",
                    Label = "Coarsest length",
                    Unit = "frames",
                    Effect = "Length of the coarsest level; larger keeps more of the order of events",
                    Min = 1,
                    Max = 10_000,
                    IsInteger = true,
                    Get = s => s.Method.MinT,
                    Set = (s, v) => s with { Method = s.Method with { MinT = (int)v!.Value } },
                },
                new NumberField
                {
                    Path = "minS",
                    Placeholder = "S",
                    Label = "Coarsest size",
                    Unit = "pixels",
                    Effect = "Shorter side of the coarsest level; smaller rearranges more, larger keeps more of the layout",
                    Min = 1,
                    Max = 10_000,
                    IsInteger = true,
                    Get = s => s.Method.MinS,
                    Set = (s, v) => s with { Method = s.Method with { MinS = (int)v!.Value } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--downscale",
            Group = Start,
            Effect = "Factor from each level to the next coarser one, in time and in space; nearer to 1 makes more levels, 1 leaves the axis alone",
            Fields =
            [
                new NumberField
                {
                    Path = "downscaleT",
                    Placeholder = "T",
                    Label = "Temporal scale step",
                    Effect = "Factor in time from each level to the next coarser one; nearer to 1 makes more levels",
                    Min = 0.1,
                    Max = 1,
                    Get = s => s.Method.DownscaleT,
                    Set = (s, v) => s with { Method = s.Method with { DownscaleT = v!.Value } },
                },
                new NumberField
                {
                    Path = "downscaleS",
                    Placeholder = "S",
                    Label = "Spatial scale step",
                    Effect = "Factor in space from each level to the next coarser one; nearer to 1 makes more levels, slower and smoother",
                    Min = 0.1,
                    Max = 1,
                    Get = s => s.Method.DownscaleS,
                    Set = (s, v) => s with { Method = s.Method with { DownscaleS = v!.Value } },
                },
            ],
        },
    ];

    private static IEnumerable<OptionSpec> MatchingRows() =>
    [
        new OptionSpec
        {
            CommandLine = "--patch",
            Group = Matching,
            Effect = "Patch size in frames, rows and columns; larger keeps larger things whole, and time is proportional to the volume",
            Example = "3,7,7",
            DefaultFor = application => MethodOptions.For(application).FollowsStructure ? "3,5,5" : "3,7,7; 3,5,5 at levels of more than 3,000,000 voxels",
            Fields =
            [
                PatchField("t", "T", "Patch length", "frames", "Longer patches keep longer motions whole; time is proportional to it", p => p.T, (p, v) => p with { T = v }),
                PatchField("h", "H", "Patch height", "pixels", "Taller patches keep larger things whole; time is proportional to it", p => p.H, (p, v) => p with { H = v }),
                PatchField("w", "W", "Patch width", "pixels", "Wider patches keep larger things whole; time is proportional to it", p => p.W, (p, v) => p with { W = v }),
            ],
        },
        new OptionSpec
        {
            CommandLine = "--iterations",
            Group = Matching,
            Effect = "EM iterations per level, of matching and voting; run time is proportional, and more than 5 changes little",
            DefaultFor = application => application switch
            {
                Application.Analogy => "1",
                Application.Sketch => "3; 1 at the two finest levels",
                _ => "5; 1 at levels of more than 3,000,000 voxels",
            },
            Fields =
            [
                new NumberField
                {
                    Path = "iterations",
                    Placeholder = "J",
                    Label = "Iterations",
                    Unit = "per level",
                    Min = 1,
                    Max = 100,
                    IsInteger = true,
                    Get = s => s.Method.Iterations,
                    Set = (s, v) => s with { Method = s.Method with { Iterations = (int?)v } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--completeness",
            Group = Matching,
            Effect = "Weight of using all of the source: the smaller, the more of it is used; large values allow favourite parts to repeat",
            Fields =
            [
                new NumberField
                {
                    Path = "completeness",
                    Placeholder = "ALPHA|none",
                    Label = "Completeness",
                    Unit = "α",
                    Min = 1e-6,
                    Max = 1e6,
                    Keyword = "none",
                    KeywordPath = "noCompleteness",
                    Get = s => s.Method.Completeness,
                    Set = (s, v) => s with { Method = s.Method with { Completeness = v } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--vote",
            Group = Matching,
            Effect = "Choose how a pixel is made from the patches that cover it; the median is sharpest",
            Fields =
            [
                new ChoiceField<VoteRule>(("median", "median", VoteRule.Median), ("mean", "mean", VoteRule.Mean), ("gaussian", "Gaussian", VoteRule.Gaussian))
                {
                    Path = "vote",
                    Placeholder = "NAME",
                    Label = "Blending",
                    Get = s => s.Method.Vote,
                    Set = (s, v) => s with { Method = s.Method with { Vote = v } },
                },
            ],
        },
    ];

    // A part that is given alone leaves the others at the usual size.
    private static NumberField PatchField(
        string axis, string placeholder, string label, string unit, string effect, Func<Extent, int> get, Func<Extent, int, Extent> set) => new()
        {
            Path = $"patch/{axis}",
            Placeholder = placeholder,
            Label = label,
            Unit = unit,
            Effect = effect,
            Min = 1,
            Max = 15,
            IsInteger = true,
            Get = s => s.Method.Patch is { } patch ? get(patch) : null,
            Set = (s, v) => s with { Method = s.Method with { Patch = set(s.Method.Patch ?? PyramidPlanner.UsualPatchOf(s.Method), (int)v!.Value) } },
        };
}
