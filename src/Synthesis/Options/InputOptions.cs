namespace Vgpnn.Synthesis.Options;

/// <summary>The options that say what is read of the inputs.</summary>
internal static class InputOptions
{
    private const string Group = "Input";

    public static IReadOnlyList<OptionSpec> All { get; } =
    [
        new OptionSpec
        {
            CommandLine = "--frames",

            // There --frames is the number of frames of the result.
            CommandLineFor = application => application == Application.Retargeting ? "--input-frames" : "--frames",
            Group = Group,
            Effect = "Use only frames A to B of the input, both included; A.. and ..B are open",
            Separator = "..",
            IsOpen = true,
            Rule = s => s.LastFrame is not { } last || last > (s.FirstFrame ?? 1),
            RuleText = "two frame numbers from 1 such as 3..10, the second one larger",
            DefaultFor = _ => "all frames",
            Fields =
            [
                new NumberField
                {
                    Path = "firstFrame",
                    Placeholder = "A",
                    Label = "First frame",
                    Effect = "First frame of the input that is used",
                    Min = 1,
                    Max = int.MaxValue,
                    IsInteger = true,
                    Get = s => s.FirstFrame,
                    Set = (s, v) => s with { FirstFrame = (int?)v },
                },
                new NumberField
                {
                    Path = "lastFrame",
                    Placeholder = "B",
                    Label = "Last frame",
                    Effect = "Last frame of the input that is used",
                    Min = 1,
                    Max = int.MaxValue,
                    IsInteger = true,
                    Get = s => s.LastFrame,
                    Set = (s, v) => s with { LastFrame = (int?)v },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--max-height",
            Group = Group,
            Effect = "Downscale taller frames to this height, keeping the aspect ratio; time and memory scale with the pixel count",
            DefaultFor = _ => "the input's height",
            Fields =
            [
                new NumberField
                {
                    Path = "maxHeight",
                    Placeholder = "PX",
                    Label = "Maximum height",
                    Unit = "pixels",
                    Min = 8,
                    Max = 4320,
                    IsInteger = true,
                    Get = s => s.MaxHeight,
                    Set = (s, v) => s with { MaxHeight = (int?)v },
                },
            ],
        },
        new OptionSpec
        {
            CommandLine = "--fps",
            Group = Group,
            Effect = "Set the output frame rate; no frame is added or dropped",
            DefaultFor = _ => "the input's frame rate",
            Fields = [new FrameRateField { Path = "frameRate", Placeholder = "F", Label = "Frame rate", Unit = "frames per second" }],
        },
    ];
}
