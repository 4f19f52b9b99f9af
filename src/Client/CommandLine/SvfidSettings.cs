using System.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Kernels.Networks;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Weights;

namespace Vgpnn.Client.CommandLine;

/// <summary>Options of <c>evaluate</c> for SVFID: weights, layer and variant.</summary>
internal sealed class SvfidSettings
{
    private const string Heading = "Learned features";

    private readonly Setting<string> _weights = new("--svfid", "c3d=FILE", WeightsText.Of("c3d"))
    {
        Group = Heading,
        Description = "Also compute SVFID from C3D features with the weights in FILE: .pth or .pickle (PyTorch), .safetensors or .npz.",
        Allowed = "c3d=FILE with a file of weights",
        Default = "no SVFID; Vgpnn contains no weights",
    };

    private readonly Setting<C3dLayer> _layer = new("--svfid-layer", "NAME", ValueText.Name<C3dLayer>())
    {
        Group = Heading,
        Description = "C3D layer whose output is compared.",
        Allowed = Names.Either(Names.All<C3dLayer>()),
        Default = Names.Of(C3dLayer.Conv1),
    };

    private readonly Setting<SvfidVariant> _variant = new("--svfid-variant", "NAME", ValueText.Name<SvfidVariant>())
    {
        Group = Heading,
        Description = "One Gaussian per position over all frames (positions), or one for the whole video (video).",
        Allowed = Names.Either(Names.All<SvfidVariant>()),
        Default = Names.Of(SvfidVariant.Positions),
    };

    public IEnumerable<Option> All => [_weights, _layer, _variant];

    /// <summary>The metric with its network loaded; <c>null</c> if SVFID was not requested.</summary>
    /// <exception cref="VgpnnException">The weights cannot be used, or a layer or variant was given without weights.</exception>
    public (Svfid Metric, SvfidReport Report)? Read(ParseResult parse)
    {
        if (!_weights.IsGiven(parse))
        {
            string? alone = _layer.IsGiven(parse) ? _layer.Name : _variant.IsGiven(parse) ? _variant.Name : null;
            if (alone is null) return null;
            throw new VgpnnException(
                ErrorKind.Usage, "svfid-without-weights", $"{alone} needs weights", $"add {_weights.Name} {_weights.HelpName}");
        }

        string path = parse.GetRequiredValue(_weights);
        using WeightFile file = WeightFile.Open(path);
        var metric = new Svfid(new C3d(file, _layer.Or(parse, C3dLayer.Conv1)), _variant.Or(parse, SvfidVariant.Positions));
        return (metric, new SvfidReport("c3d", Names.Of(metric.Layer), Names.Of(metric.Variant), metric.Channels, path, file.Sha256));
    }
}
