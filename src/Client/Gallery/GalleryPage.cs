using System.Text;
using System.Text.Json;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Gallery;

/// <summary>The pages that play a run: each one file with style, script and manifest inside; only the videos lie beside it.</summary>
internal static class GalleryPage
{
    private const string ManifestMark = "{\"manifest\": \"here\"}";

    private static readonly Lazy<string> Samples = new(() => Template("gallery", "gallery.css"));
    private static readonly Lazy<string> Pairs = new(() => Template("pairs", "gallery.css", "pairs.css"));

    /// <summary>The page of a run as UTF-8. Names reach it as JSON in which no character can end the script element that holds it.</summary>
    public static byte[] Render(RunManifest manifest) => Fill(Samples.Value, JsonSerializer.Serialize(manifest, ManifestJson.Default.RunManifest));

    /// <summary>The page of all pairs, likewise.</summary>
    public static byte[] Render(PairsManifest manifest) => Fill(Pairs.Value, JsonSerializer.Serialize(manifest, PairsJson.Default.PairsManifest));

    private static byte[] Fill(string template, string json) => Encoding.UTF8.GetBytes(template.Replace(ManifestMark, json, StringComparison.Ordinal));

    private static string Template(string name, params string[] styles) =>
        styles.Concat(["player.js", "controls.js", $"{name}.js"]).Aggregate(
            Resource($"{name}.html"), (page, part) => page.Replace($"/* {part} */", Resource(part), StringComparison.Ordinal));

    private static string Resource(string name)
    {
        using Stream stream = typeof(GalleryPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
