using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn retarget</c>: the same video in another size or length.</summary>
internal sealed class RetargetCommand : RunVerb
{
    private const string Group = "Size";

    private readonly Setting<(int W, int H)> _size = new("--size", "WxH", ValueText.Size(8, 8192))
    {
        Group = Group,
        Description = "Columns and rows of the result.",
        Allowed = "two whole numbers from 8 to 8192, such as 320x180",
        Default = "the input's",
    };

    private readonly Setting<int> _frames = new("--frames", "N", ValueText.Integer(2, 10_000))
    {
        Group = Group,
        Description = "Frames of the result: fewer make a summary, more an extension, at the pace of the input.",
        Allowed = "a whole number from 2 to 10000 (--input-frames A..B chooses from the input)",
        Default = "the input's",
    };

    public RetargetCommand(Place place = Place.Here)
        : base(
            place, Application.Retargeting, "retarget",
            "Change a video's size or length: things keep their shape and their pace, and the scene is rearranged instead.", "retargeted")
    {
        Input.AddTo(this);
        Add(_size);
        Add(_frames);
        Samples.AddSeedTo(this);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("retarget clip.mp4 --size 240x360", "Upright instead of wide, in clip-retargeted/."),
        new("retarget clip.mp4 --frames 40", "A summary of 40 frames."),
        new("retarget clip.mp4 --scale 1,1,0.5", "Half as wide, and as long and as high as before."),
    ];

    /// <summary>Seeds change next to nothing here: one result is all there is.</summary>
    protected override int ReadCount(ParseResult parse) => 1;

    protected override MethodOptions ReadMethod(ParseResult parse)
    {
        MethodOptions options = Method.Read(parse);
        if (!_size.IsGiven(parse) && !_frames.IsGiven(parse))
        {
            return options.Scale is not null ? options : throw new VgpnnException(
                ErrorKind.Usage, "missing-size", "it is not said to which size or length",
                "give --size WxH, --frames N, both of them, or --scale T,H,W");
        }

        if (options.Scale is not null)
        {
            throw new VgpnnException(
                ErrorKind.Usage, "size-twice", "--scale and --size or --frames say the same thing twice", "give --scale alone, or leave it out");
        }

        (int W, int H)? size = _size.OrNull(parse);
        return options with { Size = new OutputSize(_frames.OrNull(parse), size?.H, size?.W) };
    }
}
