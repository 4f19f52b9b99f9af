using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary>A command whose results take their layout from one video and their look from another.</summary>
internal abstract class StructureVerb : RunVerb
{
    private readonly StructureSettings _structure;

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
            (InputRole.Style, "What gives the look: all patches are of this one, whatever its size and length."))
    {
        _structure = new StructureSettings(application);
        Input.AddTo(this);
        _structure.AddTo(this, place);
        Samples.AddTo(this);
        AddCommon();
    }

    protected override FlowNetwork? ReadFlow(ParseResult parse) => _structure.ReadFlow(parse);

    protected override MethodOptions ReadMethod(ParseResult parse) => _structure.Read(parse, base.ReadMethod(parse));
}
