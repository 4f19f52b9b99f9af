using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Synthesis.Evaluation;

namespace Vgpnn.Client.Reporting;

/// <summary>What samples score.</summary>
/// <param name="Application">What they are: <c>generation</c>, <c>retargeting</c>, <c>inpainting</c>, <c>analogy</c> or <c>sketch</c>.</param>
/// <param name="Input">The clips they were compared with.</param>
/// <param name="Samples">In the order given.</param>
/// <param name="Diversity">How much they differ from each other; null: they are fewer than two, or not of one size.</param>
/// <param name="Svfid">How SVFID was measured; null: it was not.</param>
internal sealed record EvaluationReport(
    string Application, string Input, IReadOnlyList<SampleReport> Samples, double? Diversity, SvfidReport? Svfid = null);

/// <summary>Which SVFID it is: values of another layer, variant or network do not compare.</summary>
/// <param name="Network">Whose features: <c>c3d</c>.</param>
/// <param name="Layer">The layer: <c>conv1</c>.</param>
/// <param name="Variant">Over what Gaussians are fitted: <c>positions</c>.</param>
/// <param name="Channels">Channels compared, the layer's first ones.</param>
/// <param name="Weights">The file of weights as it was given.</param>
/// <param name="Sha256">Of that file, in lower-case hexadecimal digits.</param>
internal sealed record SvfidReport(string Network, string Layer, string Variant, int Channels, string Weights, string Sha256);

/// <summary>What one sample scores.</summary>
/// <param name="File">The sample.</param>
/// <param name="Scores">Its scores; null where one is not defined.</param>
internal sealed record SampleReport(string File, SampleScores Scores);

/// <summary>Writes reports as one line of JSON. A score that is not defined is null rather than missing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>Letters beyond ASCII stay as they are.</summary>
    public static EvaluationJson Lines => field ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
