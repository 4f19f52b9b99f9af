using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn analogy</c>: the look of one video in the movements of another.</summary>
internal sealed class AnalogyCommand : RunVerb
{
    private readonly StructureSettings _structure = new(Application.Analogy);

    public AnalogyCommand()
        : base(
            Application.Analogy, "analogy",
            "Give a video another one's look: what moves in CONTENT comes out as what moves as fast in STYLE, in CONTENT's size and length.",
            "analogy",
            (InputRole.Content, "What gives movement, layout, size and length: a video or a directory of numbered frames."),
            (InputRole.Style, "What gives the look: all patches are of this one, whatever its size and length."))
    {
        Input.AddTo(this);
        _structure.AddTo(this);
        Samples.AddTo(this);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("analogy lava.mp4 waterfall.mp4", "A waterfall that flows as the lava does, in lava-analogy/."),
        new("analogy a.mp4 b.mp4 --bins 3,8 --flow-limit 0.7", "Fewer kinds of movement, followed up to finer levels."),
        new("analogy a.mp4 b.mp4 --flow raft=raft-small.pth", "Movement found by RAFT, with weights of your own."),
    ];

    protected override FlowNetwork? ReadFlow(ParseResult parse) => _structure.ReadFlow(parse);

    protected override MethodOptions ReadMethod(ParseResult parse) => _structure.Read(parse, base.ReadMethod(parse));
}
