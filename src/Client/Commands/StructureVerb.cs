using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary>A command whose samples take their layout from one video and their patches from another.</summary>
internal abstract class StructureVerb : RunVerb
{
    private readonly Setting<string> _flow = new("--flow", "raft=FILE", WeightsText.Of("raft"))
    {
        Group = "Motion",
        Description = "Compute optical flow with RAFT, small or large, with the weights in FILE: .pth of PyTorch, .safetensors or .npz.",
        Allowed = "raft= and a file of weights",
        Default = "dense inverse search, which needs no weights",
    };

    /// <param name="place">Where the samples are made.</param>
    /// <param name="application">What is made.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="suffix">What is added to the first input's name to name the directory of the results.</param>
    /// <param name="layout">What gives the layout.</param>
    protected StructureVerb(
        Place place, Application application, string name, string description, string suffix, (InputRole Role, string Description) layout)
        : base(
            place, application, name, description, suffix, layout,
            (InputRole.Style, "The style video: all patches are taken from it, whatever its size and length."))
    {
        AddInput();

        // Weights stay where they are: a server accepts none.
        if (application == Application.Analogy && place == Place.Here) Add(_flow);
        Samples.AddTo(this);
        AddCommon();
    }

    protected override FlowNetwork? ReadFlow(ParseResult parse) => _flow.IsGiven(parse) ? FlowNetwork.Load(parse.GetRequiredValue(_flow)) : null;
}
