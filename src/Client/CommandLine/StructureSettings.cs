using System.CommandLine;
using System.Globalization;
using Vgpnn.Client.Commands;
using Vgpnn.Client.Runs;
using Vgpnn.Kernels.Indexing;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.CommandLine;

/// <summary>The options of what takes its layout from movement.</summary>
internal sealed class StructureSettings
{
    private const string Group = "Movement";

    private readonly Application _application;
    private readonly Setting<(int Content, int Style)> _bins;
    private readonly Setting<int> _styleBins;
    private readonly Setting<Ink> _ink;
    private readonly Setting<InkMatch> _match;
    private readonly Setting<double> _flowLimit;
    private readonly Setting<double?> _completeness;

    private readonly Setting<string> _flow = new("--flow", "raft=FILE", WeightsText.Of("raft"))
    {
        Group = Group,
        Description = "Find movement with RAFT, small or large, with the weights in FILE: .pth of PyTorch, .safetensors or .npz.",
        Allowed = "raft= and a file of weights",
        Default = "dense inverse search, which needs no weights",
    };

    public StructureSettings(Application application)
    {
        MethodOptions preset = MethodOptions.For(application);
        _application = application;
        _bins = new("--bins", "C,S", ValueText.IntegerPair(2, ScalarQuantizer.MaxBins))
        {
            Group = Group,
            Description = "Into how many speeds the movement of content and style is sorted.",
            Allowed = $"two whole numbers from 2 to {ScalarQuantizer.MaxBins}, such as 5,5",
            Default = $"{preset.Bins.Content},{preset.Bins.Style}",
        };
        _styleBins = new("--bins", "S", ValueText.Integer(2, ScalarQuantizer.MaxBins))
        {
            Group = Group,
            Description = "Into how many speeds the movement of the style is sorted.",
            Allowed = $"a whole number from 2 to {ScalarQuantizer.MaxBins}",
            Default = $"{preset.Bins.Style}",
        };
        _ink = new("--ink", string.Join('|', Names.All<Ink>()), ValueText.Name<Ink>())
        {
            Group = Group,
            Description = "Whether dark or light values of the sketch move; auto takes what the frame's border is not.",
            Allowed = Names.Either(Names.All<Ink>()),
            Default = Names.Of(preset.Ink),
        };
        _match = new("--match", string.Join('|', Names.All<InkMatch>()), ValueText.Name<InkMatch>())
        {
            Group = Group,
            Description = "What of the style comes where the ink is: what stands out from its surroundings, or what moves.",
            Allowed = Names.Either(Names.All<InkMatch>()),
            Default = Names.Of(preset.Match),
        };
        _flowLimit = new("--flow-limit", "F", ValueText.Number(0, 1))
        {
            Group = Group,
            Description = "Up to which part of the levels, from the coarsest on, movement counts besides colour.",
            Allowed = "a number from 0 to 1",
            Default = string.Create(CultureInfo.InvariantCulture, $"{preset.FlowLimit}"),
        };
        _completeness = new("--completeness", "ALPHA|none", ValueText.Completeness)
        {
            Group = Group,
            Description = "How much it counts that all of the style is used: the smaller, the more.",
            Allowed = "a number from 0.000001 to 1000000, or none",
            Default = string.Create(CultureInfo.InvariantCulture, $"{preset.Completeness}"),
        };
    }

    /// <summary>Weights stay where they are: a server is not given any.</summary>
    public void AddTo(Command command, Place place)
    {
        Option[] own = _application == Application.Sketch ? [_ink, _match, _styleBins] : place == Place.Here ? [_bins, _flow] : [_bins];
        foreach (Option option in (Option[])[.. own, _flowLimit, _completeness]) command.Add(option);
    }

    /// <summary>The network that the user has weights of; null: none.</summary>
    /// <exception cref="VgpnnException">The weights cannot be used.</exception>
    public FlowNetwork? ReadFlow(ParseResult parse) => _flow.IsGiven(parse) ? FlowNetwork.Load(parse.GetRequiredValue(_flow)) : null;

    public MethodOptions Read(ParseResult parse, MethodOptions options)
    {
        (int content, int style) = _application == Application.Sketch
            ? (options.Bins.Content, _styleBins.Or(parse, options.Bins.Style))
            : _bins.Or(parse, (options.Bins.Content, options.Bins.Style));
        return options with
        {
            Bins = new StructureBins(content, style),
            Ink = _application == Application.Sketch ? _ink.Or(parse, options.Ink) : options.Ink,
            Match = _application == Application.Sketch ? _match.Or(parse, options.Match) : options.Match,
            FlowLimit = _flowLimit.Or(parse, options.FlowLimit),
            Completeness = _completeness.Or(parse, options.Completeness),
        };
    }
}
