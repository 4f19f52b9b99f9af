using System.Text;
using System.Text.Json;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Gallery;

/// <summary>The page that plays a run: one file with style, script and manifest inside; only the videos lie beside it.</summary>
internal static class GalleryPage
{
    private const string StyleMark = "/* gallery.css */";
    private const string ScriptMark = "/* gallery.js */";
    private const string ManifestMark = "{\"manifest\": \"here\"}";

    private static readonly Lazy<string> Template = new(() => Resource("gallery.html")
        .Replace(StyleMark, Resource("gallery.css"), StringComparison.Ordinal)
        .Replace(ScriptMark, Resource("gallery.js"), StringComparison.Ordinal));

    /// <summary>The page as UTF-8. Names reach it as JSON in which no character can end the script element that holds it.</summary>
    public static byte[] Render(RunManifest manifest)
    {
        string json = JsonSerializer.Serialize(manifest, ManifestJson.Default.RunManifest);
        return Encoding.UTF8.GetBytes(Template.Value.Replace(ManifestMark, json, StringComparison.Ordinal));
    }

    private static string Resource(string name)
    {
        using Stream stream = typeof(GalleryPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
