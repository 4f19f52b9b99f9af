using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn sketch</c>: the style of a video in the shape of a sketch.</summary>
internal sealed class SketchCommand(RunTarget target = RunTarget.Local) : StructureVerb(
    target, Application.Sketch, "sketch",
    "Turn a sketch into a video: salient objects of STYLE appear where the ink is, its background where the paper is.", "video",
    (InputRole.Sketch, "The moving strokes, one frame per frame of the result: a video or a directory of numbered frames."))
{
    public override IReadOnlyList<Example> Examples =>
    [
        new("sketch strokes.mp4 ants.mp4", "Ants that run where the strokes are, in strokes-video/."),
        new("sketch strokes.mp4 ants.mp4 --ink light", "For light strokes on a dark ground."),
    ];
}
