using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Reporting;

/// <summary>Serializes events and lists as lines of JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(LowerCaseNames<Application>), typeof(SettingsJson)])]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(DeviceReport))]
internal sealed partial class RunEventJson : JsonSerializerContext
{
    /// <summary>Serializer options that do not escape quotes and non-ASCII letters, for readability.</summary>
    public static RunEventJson Lines => field ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
