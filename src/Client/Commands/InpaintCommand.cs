using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn inpaint</c>: fills a masked region of a video.</summary>
internal sealed class InpaintCommand : RunVerb
{
    private const string Group = "Mask";

    private readonly Setting<string> _mask = new("--mask", "PATH", PathText.TryParse)
    {
        Group = Group,
        Description = "Mask of the region to fill (white): an image for all frames, or a video or directory with one frame per input frame.",
        Allowed = "a path",
        Default = "none, required",
    };

    private readonly Setting<string> _source = new("--source", "PATH", PathText.TryParse)
    {
        Group = Group,
        Description = "Video to take patches from, of any size and length.",
        Allowed = "a path",
        Default = "INPUT, outside the mask",
    };

    public InpaintCommand(RunTarget target = RunTarget.Local)
        : base(
            target, Application.Inpainting, "inpaint",
            "Fill a masked region of a video, guided by colours painted there or from its surroundings. The rest of the video is unchanged.", "inpainted")
    {
        Add(_mask);
        Add(_source);
        AddInput();
        Samples.AddTo(this);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("inpaint painted.mp4 --mask mask.png", "Replaces the painted region with content of similar colours."),
        new("inpaint clip.mp4 --mask mask.mp4 --cue none", "Removes the masked object."),
        new("inpaint clip.mp4 --mask mask.png --source other.mp4", "Fills the region with patches of another video."),
    ];

    protected override IReadOnlyList<InputPath> ReadInputs(ParseResult parse)
    {
        IReadOnlyList<InputPath> input = base.ReadInputs(parse);
        if (!_mask.IsGiven(parse))
        {
            throw new VgpnnException(
                ErrorKind.Usage, "missing-mask", "--mask is missing", "use --mask PATH with an image or a video that is white where to fill");
        }

        List<InputPath> inputs = [.. input, new InputPath(InputRole.Mask, _mask.Or(parse, ""))];
        if (_source.IsGiven(parse)) inputs.Add(new InputPath(InputRole.Source, _source.Or(parse, "")));
        return inputs;
    }
}
