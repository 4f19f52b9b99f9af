using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis.Manifest;

/// <summary>Reads and writes manifests; made by the compiler, so that nothing is looked up at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(LowerCaseNames<RunStatus>), typeof(LowerCaseNames<ClipFormat>), typeof(LowerCaseNames<NoiseTime>),
        typeof(LowerCaseNames<VoteRule>), typeof(LowerCaseNames<SearchMethod>),
    ])]
[JsonSerializable(typeof(RunManifest))]
public sealed partial class ManifestJson : JsonSerializerContext;

/// <summary>Names of an enumeration in lower case, as the command line spells them: <c>jumpflood</c>.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
public sealed class LowerCaseNames<T>() : JsonStringEnumConverter<T>(new LowerCase(), allowIntegerValues: false)
    where T : struct, Enum
{
    private sealed class LowerCase : JsonNamingPolicy
    {
        public override string ConvertName(string name) => name.ToLowerInvariant();
    }
}
