using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Synthesis.Evaluation;

namespace Vgpnn.Client.Reporting;

/// <summary>The scores of samples.</summary>
/// <param name="Application">The application: <c>generation</c>, <c>retargeting</c>, <c>inpainting</c>, <c>analogy</c> or <c>sketch</c>.</param>
/// <param name="Input">The input clips.</param>
/// <param name="Samples">The samples in the given order.</param>
/// <param name="Diversity">Diversity of the samples; <c>null</c> for fewer than two samples or different sizes.</param>
/// <param name="Svfid">How SVFID was computed; <c>null</c> if it was not.</param>
internal sealed record EvaluationReport(
    string Application, string Input, IReadOnlyList<SampleReport> Samples, double? Diversity, SvfidReport? Svfid = null);

/// <summary>The variant of SVFID; only values of the same network, layer and variant are comparable.</summary>
/// <param name="Network">The network: <c>c3d</c>.</param>
/// <param name="Layer">The layer: <c>conv1</c>.</param>
/// <param name="Variant">What Gaussians are fitted to: <c>positions</c> or <c>video</c>.</param>
/// <param name="Channels">Number of compared channels, the first ones of the layer.</param>
/// <param name="Weights">Path of the weights as given.</param>
/// <param name="Sha256">SHA-256 of the weights, in lower-case hexadecimal.</param>
internal sealed record SvfidReport(string Network, string Layer, string Variant, int Channels, string Weights, string Sha256);

/// <summary>The scores of a sample.</summary>
/// <param name="File">Path of the sample.</param>
/// <param name="Scores">The scores; undefined ones are <c>null</c>.</param>
internal sealed record SampleReport(string File, SampleScores Scores);

/// <summary>Writes reports as one line of JSON. Undefined scores are written as null, not omitted.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>Serializer options that do not escape non-ASCII letters.</summary>
    public static EvaluationJson Lines => field ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
