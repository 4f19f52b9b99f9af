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
    /// <summary>A request for one clip.</summary>
    public InputRequest(string path, FrameRange? frames = null, int? maxHeight = null, FrameRate? frameRate = null)
        : this([new InputPath(InputRole.Input, path)], frames, maxHeight, frameRate)
    {
    }

    /// <summary>The input's path.</summary>
    public string Path => Inputs[0].Path;
}

/// <summary>The options that say what is read.</summary>
internal sealed class InputSettings
{
    private const string Group = "Input";
    private const string InputFrames = "--input-frames";

    /// <summary>What chooses frames of the input wherever nothing else is called so.</summary>
    public const string Range = "--frames";

    private readonly (InputRole Role, Argument<string[]> Argument)[] _inputs;

    private readonly Setting<string> _inputByName = new("--input", "PATH", PathText.TryParse)
    {
        Group = Group,
        Description = "INPUT, given by name.",
        Allowed = "a path",
        Default = "INPUT",
        Synonyms = ["--video-path", "--frames_dir", "--frames-dir"],
    };

    private readonly Setting<FrameRange> _frames;

    private readonly Setting<int> _startFrame = new("--start-frame", "A", ValueText.Integer(1, int.MaxValue), "--start_frame")
    {
        Group = Group,
        Allowed = "a frame number from 1",
        Default = "1",
        Hidden = true,
    };

    private readonly Setting<int> _endFrame = new("--end-frame", "B", ValueText.Integer(1, int.MaxValue), "--end_frame")
    {
        Group = Group,
        Allowed = "a frame number from 1",
        Default = "the last frame",
        Hidden = true,
    };

    private readonly Setting<int> _maxHeight = new("--max-height", "PX", ValueText.Integer(8, 4320))
    {
        Group = Group,
        Description = "Make higher frames smaller first, keeping their shape; time and memory go with the pixels.",
        Allowed = "a whole number of pixels from 8 to 4320",
        Default = "the input's own height",
    };

    private readonly Setting<FrameRate> _frameRate = new("--fps", "F", ValueText.Pace)
    {
        Group = Group,
        Description = "The pace of the results, in frames per second; no frame is added or dropped.",
        Allowed = "a number from 0.1 to 1000, such as 25, 29.97 or 30000/1001",
        Default = "the input's own",
    };

    /// <param name="several">Whether there may be several inputs.</param>
    /// <param name="application">What is made of them.</param>
    public InputSettings(bool several = false, Application application = Application.Generation)
        : this(RangeName(application)) => _inputs =
    [
        (InputRole.Input, Argument(
            several ? "INPUT…" : "INPUT",
            "A video (mp4, webm, mkv, mov, avi, gif) or a directory of numbered frames."
                + (several ? " Several are woven together, all in the size of the first." : ""),
            several ? ArgumentArity.ZeroOrMore : ArgumentArity.ZeroOrOne)),
    ];

    /// <param name="roles">One input each, in this order; the first is what is worked on.</param>
    public InputSettings(IReadOnlyList<(InputRole Role, string Description)> roles)
        : this("--frames") => _inputs =
        [.. roles.Select(r => (r.Role, Argument(Names.Of(r.Role).ToUpperInvariant(), r.Description, ArgumentArity.ZeroOrOne)))];

    private InputSettings(string rangeName)
    {
        _inputs = [];
        _frames = new(rangeName, "A..B", ValueText.FrameRange)
        {
            Group = Group,
            Description = "Only these frames, counted from 1, both ends included; A.. and ..B are open.",
            Allowed = "two frame numbers such as 3..10, the second one larger",
            Default = "all frames",
            Synonyms = rangeName == InputFrames ? [] : [InputFrames],
        };
    }

    /// <summary>The option that chooses frames of the input: where <c>--frames</c> says how many come out it is <c>--input-frames</c>, which all understand.</summary>
    public static string RangeName(Application application) => application == Application.Retargeting ? InputFrames : Range;

    public void AddTo(Command command)
    {
        foreach ((_, Argument<string[]> input) in _inputs) command.Add(input);
        if (_inputs.Length == 1) command.Add(_inputByName);
        foreach (Option option in (Option[])[_frames, _startFrame, _endFrame, _maxHeight, _frameRate]) command.Add(option);
    }

    /// <summary>Whether an input is given.</summary>
    public bool IsGiven(ParseResult parse) => _inputs.Any(i => parse.GetValue(i.Argument) is { Length: > 0 });

    /// <exception cref="VgpnnException">Kind Usage: no input, two inputs, or a range given twice.</exception>
    public InputRequest Read(ParseResult parse) =>
        Read(parse, _inputs.Length == 1 ? [.. ReadPaths(parse).Select(p => new InputPath(InputRole.Input, p))] : ReadRoles(parse));

    /// <summary>The same of inputs that are known otherwise.</summary>
    /// <exception cref="VgpnnException">Kind Usage: a range given twice.</exception>
    public InputRequest Read(ParseResult parse, IReadOnlyList<InputPath> inputs) =>
        new(inputs, ReadFrames(parse), _maxHeight.OrNull(parse), _frameRate.OrNull(parse));

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

    private FrameRange? ReadFrames(ParseResult parse)
    {
        int? first = _startFrame.OrNull(parse);
        int? last = _endFrame.OrNull(parse);
        FrameRange? range = _frames.OrNull(parse);
        if (first is null && last is null) return range;
        if (range is not null)
            throw Usage("frames-twice", $"{_frames.Name} and --start-frame or --end-frame say the same thing twice", $"give {_frames.Name} A..B alone");
        if (last <= (first ?? 1))
        {
            throw Usage(
                "bad-value", $"--end-frame is {last}, but must be larger than --start-frame, {first ?? 1}",
                "frames are counted from 1, and both ends are used");
        }

        return new FrameRange(first ?? 1, last);
    }

    private static Argument<string[]> Argument(string name, string description, ArgumentArity arity) => new(name)
    {
        Description = description,
        Arity = arity,
        CustomParser = result => [.. result.Tokens.Select(t => t.Value)],
    };

    private static VgpnnException Usage(string code, string message, string? hint) => new(ErrorKind.Usage, code, message, hint);
}
