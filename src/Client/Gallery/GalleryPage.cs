using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Gallery;

/// <summary>The pages that play a run. Each is a single file with style, script and manifest; videos are separate files.</summary>
internal static class GalleryPage
{
    private const string ManifestMark = "{\"manifest\": \"here\"}";

    private static readonly Lazy<string> Samples = new(() => Template("gallery", "gallery.css"));
    private static readonly Lazy<string> Pairs = new(() => Template("pairs", "gallery.css", "pairs.css"));

    /// <summary>Renders the page of a run as UTF-8. The manifest is JSON in which no character can end the enclosing script element.</summary>
    public static byte[] Render(RunManifest manifest)
    {
        string json = JsonSerializer.Serialize(manifest, ManifestJson.Default.RunManifest).TrimEnd();
        return Fill(Samples.Value, $"{json[..^1]},\"options\":{Options(manifest.Settings).ToJsonString()}}}");
    }

    /// <summary>Renders the page of all pairs as UTF-8.</summary>
    public static byte[] Render(PairsManifest manifest) => Fill(Pairs.Value, JsonSerializer.Serialize(manifest, PairsJson.Default.PairsManifest));

    // Labels and values of all options.
    private static JsonArray Options(ManifestSettings recorded)
    {
        RunSettings settings = recorded.Read();
        var rows = new JsonArray();
        foreach ((_, OptionField field) in OptionTable.Default.FieldsOf(recorded.Application))
        {
            string? text = field switch
            {
                FlagField flag => flag.Get(settings) ? "yes" : "no",
                ChoiceField choice => choice.Choices.First(c => c.Name == choice.Text(settings)).Label,
                _ => field.Text(settings),
            };
            string unit = field.Unit is null || field.Write(settings) is null ? "" : $" {field.Unit}";
            if (text is not null) rows.Add(new JsonArray(field.Label, text + unit + (field.Path == "noise" && recorded.NoiseAuto ? " (auto)" : "")));
        }

        return rows;
    }

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
