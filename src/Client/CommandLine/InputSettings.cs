using System.CommandLine;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.CommandLine;

/// <summary>A video or a directory of frames, and what it is to the run.</summary>
/// <param name="Role">What it is to the run.</param>
/// <param name="Path">Where it is.</param>
internal sealed record InputPath(InputRole Role, string Path);

/// <summary>What is read, and how much of it.</summary>
/// <param name="Inputs">At least one, of which the first is what is worked on.</param>
/// <param name="Frames">The frames wanted; null: all.</param>
/// <param name="MaxHeight">Rows to which higher frames are reduced; null: none.</param>
/// <param name="FrameRate">The pace to show it at; null: its own.</param>
internal sealed record InputRequest(IReadOnlyList<InputPath> Inputs, FrameRange? Frames, int? MaxHeight, FrameRate? FrameRate)
{
    /// <summary>A request for clips, as these settings read them.</summary>
    public InputRequest(IReadOnlyList<InputPath> inputs, RunSettings settings)
        : this(inputs, settings.Frames, settings.MaxHeight, settings.FrameRate)
    {
    }

    /// <summary>A request for one clip.</summary>
    public InputRequest(string path, FrameRange? frames = null, int? maxHeight = null, FrameRate? frameRate = null)
        : this([new InputPath(InputRole.Input, path)], frames, maxHeight, frameRate)
    {
    }

    /// <summary>The input's path.</summary>
    public string Path => Inputs[0].Path;

    /// <summary>The settings of a run with these inputs.</summary>
    public RunSettings With(MethodOptions method) =>
        new() { Method = method, FirstFrame = Frames?.First, LastFrame = Frames?.Last, MaxHeight = MaxHeight, FrameRate = FrameRate };
}

/// <summary>The arguments that name the inputs.</summary>
internal sealed class InputSettings
{
    private readonly (InputRole Role, Argument<string[]> Argument)[] _inputs;

    private readonly Setting<string> _inputByName = new("--input", "PATH", PathText.TryParse)
    {
        Group = "Input",
        Description = "INPUT, given by name.",
        Allowed = "a path",
        Default = "INPUT",
    };

    /// <summary>The option that chooses frames of the input, wherever no other is called so.</summary>
    public const string Range = "--frames";

    /// <param name="several">Whether there may be several inputs.</param>
    public InputSettings(bool several = false) => _inputs =
    [
        (InputRole.Input, Argument(
            several ? "INPUT…" : "INPUT",
            "A video (mp4, webm, mkv, mov, avi, gif) or a directory of numbered frames."
                + (several ? " Several are woven together, all in the size of the first." : ""),
            several ? ArgumentArity.ZeroOrMore : ArgumentArity.ZeroOrOne)),
    ];

    /// <param name="roles">One input each, in this order; the first is what is worked on.</param>
    public InputSettings(IReadOnlyList<(InputRole Role, string Description)> roles) => _inputs =
        [.. roles.Select(r => (r.Role, Argument(Names.Of(r.Role).ToUpperInvariant(), r.Description, ArgumentArity.ZeroOrOne)))];

    /// <summary>The option that chooses frames of the input.</summary>
    public static string RangeName(Application application) => OptionTable.Default.CommandLineOf("firstFrame", application)!;

    public void AddTo(Command command)
    {
        foreach ((_, Argument<string[]> input) in _inputs) command.Add(input);
        if (_inputs.Length == 1) command.Add(_inputByName);
    }

    /// <summary>Whether an input is given.</summary>
    public bool IsGiven(ParseResult parse) => _inputs.Any(i => parse.GetValue(i.Argument) is { Length: > 0 });

    /// <exception cref="VgpnnException">Kind Usage: no input, or two inputs.</exception>
    public InputPath[] Read(ParseResult parse) =>
        _inputs.Length == 1 ? [.. ReadPaths(parse).Select(p => new InputPath(InputRole.Input, p))] : ReadRoles(parse);

    private InputPath[] ReadRoles(ParseResult parse)
    {
        string verb = $"{ProgramName.Current} {parse.CommandResult.Command.Name}";
        var paths = new List<InputPath>();
        foreach ((InputRole role, Argument<string[]> argument) in _inputs)
        {
            if (parse.GetValue(argument) is not [{ Length: > 0 } path])
                throw Usage("missing-input", $"there is no {Names.Of(role)}", $"{verb} {string.Join(' ', _inputs.Select(i => i.Argument.Name))}");
            paths.Add(new InputPath(role, path));
        }

        return [.. paths];
    }

    private string[] ReadPaths(ParseResult parse)
    {
        string[] arguments = parse.GetValue(_inputs[0].Argument) ?? [];
        string? option = _inputByName.IsGiven(parse) ? parse.GetValue(_inputByName) : null;
        if (arguments.Length > 0 && option is not null)
            throw Usage("two-inputs", $"there are two inputs, '{arguments[0]}' and '{option}'", "give INPUT or --input, not both");
        string[] paths = option is null ? arguments : [option];
        if (paths.Length == 0)
            throw Usage("missing-input", "there is no input", $"{ProgramName.Current} {parse.CommandResult.Command.Name} clip.mp4");
        return paths.All(p => p.Length > 0) ? paths : throw Usage("missing-input", "the input's name is empty", null);
    }

    private static Argument<string[]> Argument(string name, string description, ArgumentArity arity) => new(name)
    {
        Description = description,
        Arity = arity,
        CustomParser = result => [.. result.Tokens.Select(t => t.Value)],
    };

    private static VgpnnException Usage(string code, string message, string? hint) => new(ErrorKind.Usage, code, message, hint);
}
