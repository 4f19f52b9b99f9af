using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn retarget</c>: the same video in another size or length.</summary>
internal sealed class RetargetCommand : RunVerb
{
    public RetargetCommand(Place place = Place.Here)
        : base(
            place, Application.Retargeting, "retarget",
            "Change a video's size or length: things keep their shape and their pace, and the scene is rearranged instead.", "retargeted")
    {
        AddInput();
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

    protected override RunSettings ReadSettings(ParseResult parse)
    {
        RunSettings settings = base.ReadSettings(parse);
        return (settings.Method.Size, settings.Method.Scale) switch
        {
            (null, null) => throw new VgpnnException(
                ErrorKind.Usage, "missing-size", "no target size given", "give --size WxH, --frames N, both of them, or --scale T,H,W"),
            (not null, not null) => throw new VgpnnException(
                ErrorKind.Usage, "size-twice", "--scale and --size or --frames both set the size", "give --scale alone, or leave it out"),
            _ => settings,
        };
    }
}
