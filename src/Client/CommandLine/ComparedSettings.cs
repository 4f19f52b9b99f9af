using System.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.CommandLine;

/// <summary>Inputs and options that <c>evaluate</c> takes from the command line if there is no manifest.</summary>
internal sealed class ComparedSettings
{
    private const string Group = "Input";

    private static readonly (string Name, string Description)[] Taken = [
        ("--frames", "Use only frames A to B of the input, both included; samples are used in full"),
        ("--max-height", "Downscale taller inputs to this height, as when the samples were made"),
        ("--loop", "Treat the samples as loops and score the visibility of the seam")];

    private readonly MethodSettings _settings = new(Application.Generation, Taken);

    private readonly Setting<string> _mask = Other("--mask", "Mask of the filled region (white): compares the inside of each sample with the input outside.");
    private readonly Setting<string> _content = Other("--content", "Content clip of an analogy (INPUT is the style): also scores how well the motion follows it.");
    private readonly Setting<string> _sketch = Other("--sketch", "Sketch (INPUT is the style): also scores how well salient objects follow its strokes.");

    public IEnumerable<Option> All => [.. _settings.All, _mask, _content, _sketch];

    /// <summary>The inputs and the settings that they were used with.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="input">The INPUT argument.</param>
    /// <param name="run">The manifest of <paramref name="input"/>; <c>null</c> if it is not the output directory of a run.</param>
    /// <exception cref="VgpnnException">Kind Usage: the options contradict each other or the manifest.</exception>
    public (InputRequest Request, MethodOptions Options) Read(ParseResult parse, string input, RunManifest? run)
    {
        Option[] given = [.. All.Where(o => parse.GetResult(o) is { Implicit: false })];
        if (run is not null)
        {
            if (given.Length > 0) throw Usage("manifest-says", $"{given[0].Name} cannot be combined with the manifest in {input}", $"leave out {given[0].Name}, or use the input itself instead of {input}");
            return (RecordedInputs.Request(run, RecordedInputs.Paths(run, RecordedInputs.Home(input))), run.Settings.Read().Method);
        }

        Option[] kinds = [.. given.Where(o => o == _mask || o == _content || o == _sketch)];
        if (kinds.Length > 1) throw Usage("two-kinds", $"{kinds[0].Name} and {kinds[1].Name} belong to different applications", "use one of them");
        (Application application, InputPath[] inputs) =
            _mask.IsGiven(parse) ? (Application.Inpainting, new InputPath[] { new(InputRole.Input, input), new(InputRole.Mask, _mask.Or(parse, "")) })
            : _content.IsGiven(parse) ? (Application.Analogy, [new(InputRole.Content, _content.Or(parse, "")), new(InputRole.Style, input)])
            : _sketch.IsGiven(parse) ? (Application.Sketch, [new(InputRole.Sketch, _sketch.Or(parse, "")), new(InputRole.Style, input)])
            : (Application.Generation, [new(InputRole.Input, input)]);
        RunSettings settings = _settings.Read(parse);
        return (new InputRequest(inputs, settings), MethodOptions.For(application) with { Loop = settings.Method.Loop });
    }

    private static Setting<string> Other(string name, string description) => new(name, "PATH", PathText.TryParse)
    {
        Group = Group,
        Description = description,
        Allowed = "a path",
        Default = "none",
    };

    private static VgpnnException Usage(string code, string message, string hint) => new(ErrorKind.Usage, code, message, hint);
}
