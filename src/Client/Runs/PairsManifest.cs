using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>All pairs of a set of clips: what is made, and where it is. Every pair has a manifest of its own besides.</summary>
/// <param name="Schema">Version of this file's layout.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Status">How the run stands.</param>
/// <param name="Seed">The seed of every pair.</param>
/// <param name="Clips">Names of the clips; rows are contents, columns styles.</param>
/// <param name="Pairs">The pairs that are whole, content by content.</param>
internal sealed record PairsManifest(
    int Schema, string Version, RunStatus Status, ulong Seed, IReadOnlyList<string> Clips, IReadOnlyList<FinishedPair> Pairs)
{
    /// <summary>A manifest's name in its directory.</summary>
    public const string Name = "pairs.json";

    /// <summary>The schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;
}

/// <summary>A pair that is whole. Paths are relative to the manifest.</summary>
/// <param name="Content">Index of the clip that gives movement.</param>
/// <param name="Style">Index of the clip that gives the look.</param>
/// <param name="Directory">Its directory.</param>
/// <param name="Preview">Its first sample as a video.</param>
/// <param name="ContentPreview">The content as a video.</param>
/// <param name="StylePreview">The style as a video.</param>
/// <param name="FrameRate">Frames a second.</param>
/// <param name="Size">Size of the sample.</param>
/// <param name="ContentSize">Size of the content.</param>
/// <param name="StyleSize">Size of the style.</param>
/// <param name="Seconds">What it took.</param>
internal sealed record FinishedPair(
    int Content, int Style, string Directory, string Preview, string ContentPreview, string StylePreview, string FrameRate,
    ManifestSize Size, ManifestSize ContentSize, ManifestSize StyleSize, double Seconds);

/// <summary>Reads and writes manifests of pairs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(LowerCaseNames<RunStatus>)])]
[JsonSerializable(typeof(PairsManifest))]
internal sealed partial class PairsJson : JsonSerializerContext;
