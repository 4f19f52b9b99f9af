using System.Text.Json.Serialization;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Reporting;

/// <summary>Writes events and lists as lines of JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(LowerCaseNames<NoiseTime>), typeof(LowerCaseNames<VoteRule>), typeof(LowerCaseNames<SearchMethod>)])]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(DeviceReport))]
internal sealed partial class RunEventJson : JsonSerializerContext;
