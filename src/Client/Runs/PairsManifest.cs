using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>The manifest of all pairs of a set of clips. Each pair also has its own manifest.</summary>
/// <param name="Schema">Version of the file's schema.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Status">State of the run.</param>
/// <param name="Seed">The seed of every pair.</param>
/// <param name="Clips">Names of the clips; a row per content, a column per style.</param>
/// <param name="Pairs">The finished pairs, sorted by content.</param>
internal sealed record PairsManifest(
    int Schema, string Version, RunStatus Status, ulong Seed, IReadOnlyList<string> Clips, IReadOnlyList<FinishedPair> Pairs)
{
    /// <summary>The file name.</summary>
    public const string Name = "pairs.json";

    /// <summary>The schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;
}

/// <summary>A finished pair. Paths are relative to the manifest.</summary>
/// <param name="Content">Index of the content clip.</param>
/// <param name="Style">Index of the style clip.</param>
/// <param name="Directory">Directory of the pair.</param>
/// <param name="Preview">Its first sample as a video.</param>
/// <param name="ContentPreview">The content as a video.</param>
/// <param name="StylePreview">The style as a video.</param>
/// <param name="FrameRate">Frame rate.</param>
/// <param name="Size">Size of the sample.</param>
/// <param name="ContentSize">Size of the content.</param>
/// <param name="StyleSize">Size of the style.</param>
/// <param name="Seconds">Run time in seconds.</param>
internal sealed record FinishedPair(
    int Content, int Style, string Directory, string Preview, string ContentPreview, string StylePreview, string FrameRate,
    ManifestSize Size, ManifestSize ContentSize, ManifestSize StyleSize, double Seconds);

/// <summary>Reads and writes manifests of pairs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(LowerCaseNames<RunStatus>)])]
[JsonSerializable(typeof(PairsManifest))]
internal sealed partial class PairsJson : JsonSerializerContext;
