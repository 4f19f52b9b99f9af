using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Synthesis.Evaluation;

namespace Vgpnn.Client.Reporting;

/// <summary>What samples score.</summary>
/// <param name="Input">The clip they were compared with.</param>
/// <param name="Samples">In the order given.</param>
/// <param name="Diversity">How much they differ from each other; null: they are fewer than two, or not of the input's size.</param>
internal sealed record EvaluationReport(string Input, IReadOnlyList<SampleReport> Samples, double? Diversity);

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
