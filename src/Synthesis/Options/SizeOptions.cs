namespace Vgpnn.Synthesis.Options;

/// <summary>The options that say which size the samples have, and what is filled.</summary>
internal static class SizeOptions
{
    private const string Group = "Size", Mask = "Mask";

    private static readonly Application[] Loops = [Application.Generation, Application.Retargeting];
    private static readonly Application[] Resizes = [Application.Generation, Application.Retargeting, Application.Analogy, Application.Sketch];
    private static readonly Application[] Fills = [Application.Inpainting];

    public static IReadOnlyList<OptionSpec> All { get; } =
    [
        new OptionSpec
        {
            CommandLine = "--size",
            CommandLineFor = application => application == Application.Retargeting ? "--size" : null,
            Group = Group,
            Effect = "Set the size of the result; it takes precedence over the scale",
            Separator = "x",
            Applications = Resizes,
            DefaultFor = _ => "the input's size",
            Example = "320x180",
            Fields =
            [
                new NumberField
                {
                    Path = "size/w",
                    Placeholder = "W",
                    Label = "Output width",
                    Unit = "pixels",
                    Min = 8,
                    Max = 8192,
                    IsInteger = true,
                    Get = s => s.Method.Size?.W,
                    Set = (s, v) => s with { Method = s.Method with { Size = (s.Method.Size ?? default) with { W = (int?)v } } },
                },
                new NumberField
                {
                    Path = "size/h",
                    Placeholder = "H",
                    Label = "Output height",
                    Unit = "pixels",
                    Min = 8,
                    Max = 8192,
                    IsInteger = true,
                    Get = s => s.Method.Size?.H,
                    Set = (s, v) => s with { Method = s.Method with { Size = (s.Method.Size ?? default) with { H = (int?)v } } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--frames",
            CommandLineFor = application => application == Application.Retargeting ? "--frames" : null,
            Group = Group,
            Effect = "Set the number of frames of the result: fewer make a summary, more an extension, at the input's frame rate",
            Applications = Resizes,
            DefaultFor = _ => "as many as the input",
            Fields =
            [
                new NumberField
                {
                    Path = "size/t",
                    Placeholder = "N",
                    Label = "Output length",
                    Unit = "frames",
                    Min = 2,
                    Max = 10_000,
                    IsInteger = true,
                    Get = s => s.Method.Size?.T,
                    Set = (s, v) => s with { Method = s.Method with { Size = (s.Method.Size ?? default) with { T = (int?)v } } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--scale",
            Group = Group,
            Effect = "Set the output size over the input size in time, height and width",
            Applications = Resizes,
            DefaultFor = application => application == Application.Generation ? "1,1,1; 0.8,1,1 for inputs of 24 frames or more" : "1,1,1",
            Example = "0.8,1,1",
            Fields =
            [
                ScaleField("t", "T", "Time scale", s => s.T, (s, v) => s with { T = v }),
                ScaleField("h", "H", "Height scale", s => s.H, (s, v) => s with { H = v }),
                ScaleField("w", "W", "Width scale", s => s.W, (s, v) => s with { W = v }),
            ],
        },
        new OptionSpec
        {
            CommandLine = "--loop",
            Group = Group,
            Effect = "Join the ends: the last frame is followed by the first, without a seam",
            Applications = Loops,
            Fields =
            [
                new FlagField
                {
                    Path = "loop",
                    Placeholder = "",
                    Label = "Make it a loop",
                    Get = s => s.Method.Loop,

                    // A loop begins with more frames; the coarsest size, which is read later, may say otherwise.
                    Set = (s, v) => s with { Method = s.Method with { Loop = v, MinT = MethodOptions.For(s.Method.Application, v).MinT } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--invert-mask",
            Group = Mask,
            Effect = "Fill the black part of the mask instead of the white part",
            Applications = Fills,
            Fields =
            [
                new FlagField
                {
                    Path = "invertMask",
                    Placeholder = "",
                    Label = "Invert the mask",
                    Get = s => s.Method.InvertMask,
                    Set = (s, v) => s with { Method = s.Method with { InvertMask = v } },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--cue",
            Group = Mask,
            Effect = "Choose what the fill starts from: the colours painted under the mask, or the surroundings of the mask alone",
            Applications = Fills,
            Fields =
            [
                new ChoiceField<Cue>(("paint", "the colours under the mask", Cue.Paint), ("none", "the surroundings", Cue.None))
                {
                    Path = "cue",
                    Placeholder = "NAME",
                    Label = "Start from",
                    Get = s => s.Method.Cue,
                    Set = (s, v) => s with { Method = s.Method with { Cue = v } },
                },
            ],
        },
    ];

    private static NumberField ScaleField(
        string axis, string placeholder, string label, Func<Kernels.Volumes.Scale, double> get, Func<Kernels.Volumes.Scale, double, Kernels.Volumes.Scale> set) => new()
        {
            Path = $"scale/{axis}",
            Placeholder = placeholder,
            Label = label,
            Unit = null,
            Min = MethodOptions.MinScale,
            Max = MethodOptions.MaxScale,
            Get = s => s.Method.Scale is { } scale ? get(scale) : null,
            Set = (s, v) => s with { Method = s.Method with { Scale = set(s.Method.Scale ?? Kernels.Volumes.Scale.One, v!.Value) } },
        };
}
