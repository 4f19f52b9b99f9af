using System.CommandLine;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.CommandLine;

/// <summary>A video or a directory of frames, with its role.</summary>
/// <param name="Role">The role in the run.</param>
/// <param name="Path">The path as given.</param>
internal sealed record InputPath(InputRole Role, string Path);

/// <summary>The inputs of a run, and how they are read.</summary>
/// <param name="Inputs">At least one; the first is the one that is edited.</param>
/// <param name="Frames">The frame range; <c>null</c> for all frames.</param>
/// <param name="MaxHeight">Height to which taller frames are downscaled, in pixels; <c>null</c> for no limit.</param>
/// <param name="FrameRate">The output frame rate; <c>null</c> for the input's.</param>
internal sealed record InputRequest(IReadOnlyList<InputPath> Inputs, FrameRange? Frames, int? MaxHeight, FrameRate? FrameRate)
{
    /// <summary>Creates a request that reads clips with the given settings.</summary>
    public InputRequest(IReadOnlyList<InputPath> inputs, RunSettings settings)
        : this(inputs, settings.Frames, settings.MaxHeight, settings.FrameRate)
    {
    }

    /// <summary>Creates a request for one clip.</summary>
    public InputRequest(string path, FrameRange? frames = null, int? maxHeight = null, FrameRate? frameRate = null)
        : this([new InputPath(InputRole.Input, path)], frames, maxHeight, frameRate)
    {
    }

    /// <summary>The path of the first input.</summary>
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
        Description = "Same as the argument INPUT.",
        Allowed = "a path",
        Default = "INPUT",
    };

    /// <summary>The option that selects frames of the input, in commands whose <c>--frames</c> has no other meaning.</summary>
    public const string Range = "--frames";

    /// <param name="several">Whether several inputs are accepted.</param>
    public InputSettings(bool several = false) => _inputs =
    [
        (InputRole.Input, Argument(
            several ? "INPUT…" : "INPUT",
            "A video (mp4, webm, mkv, mov, avi, gif) or a directory of numbered frames."
                + (several ? " Several inputs are mixed; all are resized to the first one's size." : ""),
            several ? ArgumentArity.ZeroOrMore : ArgumentArity.ZeroOrOne)),
    ];

    /// <param name="roles">One input per role, in this order; the first is the one that is edited.</param>
    public InputSettings(IReadOnlyList<(InputRole Role, string Description)> roles) => _inputs =
        [.. roles.Select(r => (r.Role, Argument(Names.Of(r.Role).ToUpperInvariant(), r.Description, ArgumentArity.ZeroOrOne)))];

    /// <summary>The option that selects frames of the input.</summary>
    public static string RangeName(Application application) => OptionTable.Default.CommandLineOf("firstFrame", application)!;

    public void AddTo(Command command)
    {
        foreach ((_, Argument<string[]> input) in _inputs) command.Add(input);
        if (_inputs.Length == 1) command.Add(_inputByName);
    }

    /// <summary>Whether any input was given.</summary>
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
                throw Usage("missing-input", $"the {Names.Of(role)} is missing", $"use {verb} {string.Join(' ', _inputs.Select(i => i.Argument.Name))}");
            paths.Add(new InputPath(role, path));
        }

        return [.. paths];
    }

    private string[] ReadPaths(ParseResult parse)
    {
        string[] arguments = parse.GetValue(_inputs[0].Argument) ?? [];
        string? option = _inputByName.IsGiven(parse) ? parse.GetValue(_inputByName) : null;
        if (arguments.Length > 0 && option is not null)
            throw Usage("two-inputs", $"two inputs were given, '{arguments[0]}' and '{option}'", "use INPUT or --input, not both");
        string[] paths = option is null ? arguments : [option];
        if (paths.Length == 0)
            throw Usage("missing-input", "the input is missing", $"use {ProgramName.Current} {parse.CommandResult.Command.Name} clip.mp4");
        return paths.All(p => p.Length > 0) ? paths : throw Usage("missing-input", "an input path is empty", null);
    }

    private static Argument<string[]> Argument(string name, string description, ArgumentArity arity) => new(name)
    {
        Description = description,
        Arity = arity,
        CustomParser = result => [.. result.Tokens.Select(t => t.Value)],
    };

    private static VgpnnException Usage(string code, string message, string? hint) => new(ErrorKind.Usage, code, message, hint);
}
