using System.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Kernels.Networks;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Weights;

namespace Vgpnn.Client.CommandLine;

/// <summary>What <c>evaluate</c> needs for SVFID: weights, and which of its readings.</summary>
internal sealed class SvfidSettings
{
    private const string Heading = "Learned features";

    private readonly Setting<string> _weights = new("--svfid", "c3d=FILE", WeightsText.Of("c3d"))
    {
        Group = Heading,
        Description = "SVFID as well, on features of C3D with the weights in FILE: .pth or .pickle of PyTorch, .safetensors or .npz.",
        Allowed = "c3d= and a file of weights",
        Default = "no SVFID: no weights come with the program",
    };

    private readonly Setting<C3dLayer> _layer = new("--svfid-layer", "NAME", ValueText.Name<C3dLayer>())
    {
        Group = Heading,
        Description = "The layer of C3D whose output SVFID compares.",
        Allowed = Names.Either(Names.All<C3dLayer>()),
        Default = Names.Of(C3dLayer.Conv1),
    };

    private readonly Setting<SvfidVariant> _variant = new("--svfid-variant", "NAME", ValueText.Name<SvfidVariant>())
    {
        Group = Heading,
        Description = "A Gaussian for each position over the frames (positions), or one over all of the video (video).",
        Allowed = Names.Either(Names.All<SvfidVariant>()),
        Default = Names.Of(SvfidVariant.Positions),
    };

    public IEnumerable<Option> All => [_weights, _layer, _variant];

    /// <summary>What the user asked for, with the network loaded; null: nothing.</summary>
    /// <exception cref="VgpnnException">The weights cannot be used, or choices were made without any.</exception>
    public (Svfid Metric, SvfidReport Report)? Read(ParseResult parse)
    {
        if (!_weights.IsGiven(parse))
        {
            string? alone = _layer.IsGiven(parse) ? _layer.Name : _variant.IsGiven(parse) ? _variant.Name : null;
            if (alone is null) return null;
            throw new VgpnnException(
                ErrorKind.Usage, "svfid-without-weights", $"{alone} was given, but no weights", $"give them as well: {_weights.Name} {_weights.HelpName}");
        }

        string path = parse.GetRequiredValue(_weights);
        using WeightFile file = WeightFile.Open(path);
        var metric = new Svfid(new C3d(file, _layer.Or(parse, C3dLayer.Conv1)), _variant.Or(parse, SvfidVariant.Positions));
        return (metric, new SvfidReport("c3d", Names.Of(metric.Layer), Names.Of(metric.Variant), metric.Channels, path, file.Sha256));
    }
}
