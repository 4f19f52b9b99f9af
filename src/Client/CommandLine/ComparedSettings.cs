using System.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.CommandLine;

/// <summary>What <c>evaluate</c> compares samples with, where no manifest says so.</summary>
internal sealed class ComparedSettings
{
    private const string Group = "Input";

    private static readonly (string Name, string Description)[] Taken = [
        ("--frames", "Use only frames A to B of the input, both included; samples are read whole"),
        ("--max-height", "Downscale taller inputs to this height, as for the samples"),
        ("--loop", "The samples are loops: also measure how visible it is where they start again")];

    private readonly MethodSettings _settings = new(Application.Generation, Taken);

    private readonly Setting<string> _mask = Other("--mask", "The mask that was filled, white on black: only what is inside it is compared, with what is outside.");
    private readonly Setting<string> _content = Other("--content", "What an analogy follows: also how well its movement does. INPUT is the style then.");
    private readonly Setting<string> _sketch = Other("--sketch", "The same of a sketch: also how well what stands out follows its strokes.");

    public IEnumerable<Option> All => [.. _settings.All, _mask, _content, _sketch];

    /// <summary>What is read, and how it was used.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="input">INPUT.</param>
    /// <param name="run">Its manifest, if it is a directory of results.</param>
    /// <exception cref="VgpnnException">Kind Usage: options that contradict each other or the manifest.</exception>
    public (InputRequest Request, MethodOptions Options) Read(ParseResult parse, string input, RunManifest? run)
    {
        Option[] given = [.. All.Where(o => parse.GetResult(o) is { Implicit: false })];
        if (run is not null)
        {
            if (given.Length > 0) throw Usage("manifest-says", $"{given[0].Name} is what the manifest in {input} says already", "leave it out, or name the input itself");
            return (RecordedInputs.Request(run, RecordedInputs.Paths(run, RecordedInputs.Home(input))), run.Settings.Read().Method);
        }

        Option[] kinds = [.. given.Where(o => o == _mask || o == _content || o == _sketch)];
        if (kinds.Length > 1) throw Usage("two-kinds", $"{kinds[0].Name} and {kinds[1].Name} belong to different applications", "give one of them");
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
