using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Manifest;

/// <summary>Reads and writes manifests; made by the compiler, so that nothing is looked up at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(LowerCaseNames<RunStatus>), typeof(LowerCaseNames<ClipFormat>), typeof(LowerCaseNames<Application>), typeof(LowerCaseNames<InputRole>),
        typeof(SettingsJson), typeof(SizeOnOneLine), typeof(LevelOnOneLine), typeof(TimingOnOneLine),
    ])]
[JsonSerializable(typeof(RunManifest))]
public sealed partial class ManifestJson : JsonSerializerContext
{
    /// <summary>
    /// For files of their own: quotes and letters beyond ASCII stay as they are. Inside a web page take <see cref="Default"/>.
    /// </summary>
    public static ManifestJson File => field ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

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
