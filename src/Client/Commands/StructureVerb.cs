using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary>A command that takes the layout from one video and the patches from another.</summary>
internal abstract class StructureVerb : RunVerb
{
    private readonly Setting<string> _flow = new("--flow", "raft=FILE", WeightsText.Of("raft"))
    {
        Group = "Motion",
        Description = "Compute optical flow with RAFT (small or large) and the weights in FILE: .pth (PyTorch), .safetensors or .npz.",
        Allowed = "raft=FILE with a file of weights",
        Default = "DIS, which needs no weights",
    };

    /// <param name="target">Where the samples are made.</param>
    /// <param name="application">The application.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">The command's help text.</param>
    /// <param name="suffix">Appended to the first input's name to make the output directory's name.</param>
    /// <param name="layout">Role and help text of the input that gives the layout.</param>
    protected StructureVerb(
        RunTarget target, Application application, string name, string description, string suffix, (InputRole Role, string Description) layout)
        : base(
            target, application, name, description, suffix, layout,
            (InputRole.Style, "The style video, of any size and length: all patches come from it."))
    {
        AddInput();

        // A server accepts no weights.
        if (application == Application.Analogy && target == RunTarget.Local) Add(_flow);
        Samples.AddTo(this);
        AddCommon();
    }

    protected override FlowNetwork? ReadFlow(ParseResult parse) => _flow.IsGiven(parse) ? FlowNetwork.Load(parse.GetRequiredValue(_flow)) : null;
}
