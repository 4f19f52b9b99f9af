using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn inpaint</c>: a masked part of a video filled.</summary>
internal sealed class InpaintCommand : RunVerb
{
    private const string Group = "Mask";

    private readonly Setting<string> _mask = new("--mask", "PATH", PathText.TryParse)
    {
        Group = Group,
        Description = "What to fill, in white on black: a picture for all frames, or a video or directory with a frame for each.",
        Allowed = "a path",
        Default = "none; it must be given",
    };

    private readonly Setting<string> _source = new("--source", "PATH", PathText.TryParse)
    {
        Group = Group,
        Description = "A video to fill it from; it may have another size and length.",
        Allowed = "a path",
        Default = "INPUT outside the mask",
    };

    public InpaintCommand(Place place = Place.Here)
        : base(
            place, Application.Inpainting, "inpaint",
            "Fill a masked part of a video, from colours painted there or from its surroundings; all else stays as it is.", "inpainted")
    {
        Add(_mask);
        Add(_source);
        AddInput();
        Samples.AddTo(this);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("inpaint painted.mp4 --mask mask.png", "Turns the colours painted under the mask into what they hint at."),
        new("inpaint clip.mp4 --mask mask.mp4 --cue none", "Removes what is under the mask."),
        new("inpaint clip.mp4 --mask mask.png --source other.mp4", "Fills it with patches of another video."),
    ];

    protected override IReadOnlyList<InputPath> ReadInputs(ParseResult parse)
    {
        IReadOnlyList<InputPath> input = base.ReadInputs(parse);
        if (!_mask.IsGiven(parse))
        {
            throw new VgpnnException(
                ErrorKind.Usage, "missing-mask", "there is no mask", "--mask PATH names a picture or a video that is white where to fill");
        }

        List<InputPath> inputs = [.. input, new InputPath(InputRole.Mask, _mask.Or(parse, ""))];
        if (_source.IsGiven(parse)) inputs.Add(new InputPath(InputRole.Source, _source.Or(parse, "")));
        return inputs;
    }
}
