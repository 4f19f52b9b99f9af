using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn sketch</c>: the look of a video in the shape of a sketch.</summary>
internal sealed class SketchCommand : RunVerb
{
    private readonly StructureSettings _structure = new(Application.Sketch);

    public SketchCommand(Place place = Place.Here)
        : base(
            place, Application.Sketch, "sketch",
            "Turn a sketch into a video: what moves in STYLE comes where the ink is, and what stands still where the paper is.",
            "video",
            (InputRole.Sketch, "Strokes that move, a frame for each of the result: a video or a directory of numbered frames."),
            (InputRole.Style, "What gives the look: all patches are of this one, whatever its size and length."))
    {
        Input.AddTo(this);
        _structure.AddTo(this);
        Samples.AddTo(this);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("sketch strokes.mp4 ants.mp4", "Ants that run where the strokes are, in strokes-video/."),
        new("sketch strokes.mp4 ants.mp4 --ink light", "The same where the strokes are white."),
    ];

    protected override MethodOptions ReadMethod(ParseResult parse) => _structure.Read(parse, base.ReadMethod(parse));
}
