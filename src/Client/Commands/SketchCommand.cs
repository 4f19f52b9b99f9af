using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn sketch</c>: the look of a video in the shape of a sketch.</summary>
internal sealed class SketchCommand(Place place = Place.Here) : StructureVerb(
    place, Application.Sketch, "sketch",
    "Turn a sketch into a video: what stands out in STYLE comes where the ink is, and its ground where the paper is.", "video",
    (InputRole.Sketch, "Strokes that move, a frame for each of the result: a video or a directory of numbered frames."))
{
    public override IReadOnlyList<Example> Examples =>
    [
        new("sketch strokes.mp4 ants.mp4", "Ants that run where the strokes are, in strokes-video/."),
        new("sketch strokes.mp4 ants.mp4 --ink light", "The same where the strokes are white."),
    ];
}
