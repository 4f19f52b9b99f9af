using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn retarget</c>: changes the size or length of a video.</summary>
internal sealed class RetargetCommand : RunVerb
{
    public RetargetCommand(RunTarget target = RunTarget.Local)
        : base(
            target, Application.Retargeting, "retarget",
            "Change the size or length of a video. Objects keep their shape and speed; the scene is rearranged.", "retargeted")
    {
        AddInput();
        Samples.AddSeedTo(this);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("retarget clip.mp4 --size 240x360", "Changes the size to 240×360, in clip-retargeted/."),
        new("retarget clip.mp4 --frames 40", "A summary of 40 frames."),
        new("retarget clip.mp4 --scale 1,1,0.5", "Half the width, with the same height and length."),
    ];

    /// <summary>The seed has almost no effect, so there is one result.</summary>
    protected override int ReadCount(ParseResult parse) => 1;

    protected override RunSettings ReadSettings(ParseResult parse)
    {
        RunSettings settings = base.ReadSettings(parse);
        return (settings.Method.Size, settings.Method.Scale) switch
        {
            (null, null) => throw new VgpnnException(
                ErrorKind.Usage, "missing-size", "no target size given", "use --size WxH, --frames N, or both, or --scale T,H,W"),
            (not null, not null) => throw new VgpnnException(
                ErrorKind.Usage, "size-twice", "--scale cannot be combined with --size or --frames", "use --scale alone, or leave it out"),
            _ => settings,
        };
    }
}
