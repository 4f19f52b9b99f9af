using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Search;

namespace Vgpnn.Synthesis.Options;

/// <summary>The options of the method about motion, and those for verification.</summary>
internal static class MotionRows
{
    private const string Motion = "Motion", Verification = "Verification";

    private static readonly Application[] Structured = [Application.Analogy, Application.Sketch];
    private static readonly Application[] Contents = [Application.Analogy];
    private static readonly Application[] Sketches = [Application.Sketch];

    public static IReadOnlyList<OptionSpec> All { get; } = [.. MotionOptions(), .. VerificationOptions()];

    private static IEnumerable<OptionSpec> MotionOptions() =>
    [
        new OptionSpec
        {
            CommandLine = "--bins",
            Group = Motion,
            Effect = "Number of speeds that motion is sorted into, in the content and in the style; few match broadly",
            EffectFor = application => application == Application.Sketch
                ? "Number of speeds that the motion of the style is sorted into; few match broadly"
                : "Number of speeds that motion is sorted into, in the content and in the style; few match broadly",
            Applications = Structured,
            Fields =
            [
                new NumberField
                {
                    Path = "bins/content",
                    Placeholder = "C",
                    Label = "Speeds of the content",
                    Unit = "bins",
                    Effect = "Number of speeds that the motion of the content is sorted into; few match broadly",
                    Applications = Contents,
                    Min = 2,
                    Max = ScalarQuantizer.MaxBins,
                    IsInteger = true,
                    Get = s => s.Method.Bins.Content,
                    Set = (s, v) => s with { Method = s.Method with { Bins = s.Method.Bins with { Content = (int)v!.Value } } },
                },
                new NumberField
                {
                    Path = "bins/style",
                    Placeholder = "S",
                    Label = "Speeds of the style",
                    Unit = "bins",
                    Effect = "Number of speeds that the motion of the style is sorted into; few match broadly",
                    Min = 2,
                    Max = ScalarQuantizer.MaxBins,
                    IsInteger = true,
                    Get = s => s.Method.Bins.Style,
                    Set = (s, v) => s with { Method = s.Method with { Bins = s.Method.Bins with { Style = (int)v!.Value } } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--flow-limit",
            Group = Motion,
            Effect = "Share of the levels, from the coarsest on, that match motion besides colour; higher follows the motion more closely",
            Applications = Structured,
            Fields =
            [
                new NumberField
                {
                    Path = "flowLimit",
                    Placeholder = "F",
                    Label = "Motion guidance",
                    Unit = "share of levels",
                    Min = 0,
                    Max = 1,
                    Get = s => s.Method.FlowLimit,
                    Set = (s, v) => s with { Method = s.Method with { FlowLimit = v!.Value } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--ink",
            Group = Motion,
            Effect = "Choose which values of the sketch are strokes; auto takes those that differ from the frame's border",
            Applications = Sketches,
            Fields =
            [
                new ChoiceField<Ink>(("auto", "what differs from the border", Ink.Auto), ("dark", "dark", Ink.Dark), ("light", "light", Ink.Light))
                {
                    Path = "ink",
                    Placeholder = "NAME",
                    Label = "Ink",
                    Get = s => s.Method.Ink,
                    Set = (s, v) => s with { Method = s.Method with { Ink = v } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--match",
            Group = Motion,
            Effect = "Choose which part of the style is placed at the strokes: what stands out from its surroundings, or what moves",
            Applications = Sketches,
            Fields =
            [
                new ChoiceField<InkMatch>(("contrast", "what stands out", InkMatch.Contrast), ("motion", "what moves", InkMatch.Motion))
                {
                    Path = "match",
                    Placeholder = "NAME",
                    Label = "Strokes match",
                    Get = s => s.Method.Match,
                    Set = (s, v) => s with { Method = s.Method with { Match = v } },
                },
            ],
        },
    ];

    private static IEnumerable<OptionSpec> VerificationOptions() =>
    [
        new OptionSpec
        {
            CommandLine = "--search",
            Group = Verification,
            Effect = "Choose how patches are matched; exhaustive is exact, and slow for anything but tiny clips",
            Advanced = true,
            Fields =
            [
                new ChoiceField<SearchMethod>(
                    ("patchmatch", "PatchMatch", SearchMethod.PatchMatch), ("jumpflood", "jump flood", SearchMethod.JumpFlood), ("exhaustive", "exhaustive", SearchMethod.Exhaustive))
                {
                    Path = "search",
                    Placeholder = "NAME",
                    Label = "Search",
                    Get = s => s.Method.Search,
                    Set = (s, v) => s with { Method = s.Method with { Search = v } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--engine",
            Group = Verification,
            Effect = "Choose the arithmetic: fast on 8-bit levels, or exact on floats, with several times the run time and four times the memory for a rarely visible difference",
            Advanced = true,
            Fields =
            [
                new ChoiceField<Engine>(("fast", "fast, 8 bits", Engine.Fast), ("float", "exact, floats", Engine.Float))
                {
                    Path = "engine",
                    Placeholder = "NAME",
                    Label = "Arithmetic",
                    Get = s => s.Method.Engine,
                    Set = (s, v) => s with { Method = s.Method with { Engine = v } },
                },
            ],
        },
    ];
}
