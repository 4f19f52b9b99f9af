using System.Text.Json;
using System.Text.Json.Nodes;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Manifest;

/// <summary>Manifests on disk.</summary>
public static class ManifestFile
{
    /// <summary>A manifest's name in its directory.</summary>
    public const string Name = "manifest.json";

    /// <summary>More than any manifest of 10,000 samples takes; a larger file is not read.</summary>
    private const long MaxBytes = 256L << 20;

    private const int FormerSchema = 2;

    /// <summary>Reads the manifest at <paramref name="path"/>, a file or the directory that holds it.</summary>
    /// <exception cref="VgpnnException">Kind Input: there is none, or it cannot be understood.</exception>
    public static RunManifest Load(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, Name) : path;
        try
        {
            using FileStream stream = File.OpenRead(file);
            if (stream.Length > MaxBytes) throw Unreadable(file, "it is too large");
            RunManifest? manifest = JsonSerializer.Deserialize(stream, ManifestJson.Default.RunManifest);
            return Checked(file, manifest ?? throw Unreadable(file, "it is empty"));
        }
        catch (JsonException e)
        {
            throw Unreadable(file, e.Path is null or "$" ? "it is not JSON of the expected form" : $"{e.Path} is not as expected", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VgpnnException(
                ErrorKind.Input, "manifest-not-found", $"there is no manifest at {file}",
                $"a run writes it as {Name} beside its samples", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, e.Message, e);
        }
    }

    /// <summary>Writes the manifest so that a reader sees the old one or the new one, never a part.</summary>
    /// <exception cref="IOException">The disk is full or the directory is gone.</exception>
    public static void Save(RunManifest manifest, string path)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.File.RunManifest));
    }

    private static RunManifest Checked(string file, RunManifest manifest)
    {
        if (manifest.Schema is not (FormerSchema or RunManifest.CurrentSchema))
            throw Unreadable(file, $"its schema is {manifest.Schema}, and this program reads {FormerSchema} and {RunManifest.CurrentSchema}");
        if (manifest.Schema == FormerSchema) Upgrade(manifest.Settings);
        if (manifest.Samples.Any(s => s.Index is < 0 || s.Index >= manifest.Settings.Samples))
            throw Unreadable(file, "it names a sample that is not in its set");
        if (manifest.Inputs.Count == 0 || !manifest.Inputs[0].Role.IsWorkedOn()) throw Unreadable(file, "it names no input");
        try
        {
            manifest.Settings.Read();
        }
        catch (VgpnnException e)
        {
            throw Unreadable(file, e.Message, e);
        }

        return manifest with { Schema = RunManifest.CurrentSchema };
    }

    // Patch sizes had other names, and fills a scale that cannot be chosen.
    private static void Upgrade(ManifestSettings settings)
    {
        JsonObject options = settings.Options;
        if (options["patch"] is JsonObject patch)
        {
            options["patch"] = new JsonObject
            {
                ["t"] = patch["frames"]?.DeepClone(),
                ["h"] = patch["height"]?.DeepClone(),
                ["w"] = patch["width"]?.DeepClone(),
            };
        }

        if (settings.Application == Application.Inpainting) options.Remove("scale");
    }

    private static VgpnnException Unreadable(string file, string why, Exception? inner = null) =>
        new(ErrorKind.Input, "manifest-invalid", $"{file} cannot be read as a manifest: {why}", null, inner);
}
