using System.Text.Json;
using Vgpnn.Client.Gallery;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>The directory of all pairs: a directory of results for each of them, a manifest and a page.</summary>
internal sealed class PairsDirectory(string path)
{
    public string Path { get; } = path;

    public string ManifestPath => System.IO.Path.Combine(Path, PairsManifest.Name);

    public string PagePath => System.IO.Path.Combine(Path, "index.html");

    /// <summary>The directory of a pair.</summary>
    public string In(ClipPair pair) => System.IO.Path.Combine(Path, pair.Name);

    /// <summary>Checks that results may go there: into an empty directory, or to those of an earlier run. Touches nothing.</summary>
    /// <exception cref="VgpnnException">Kind Usage: something else is there, or the clips themselves are.</exception>
    public void ThrowIfOccupied(string clips, bool overwrite)
    {
        if (File.Exists(Path)) throw Usage("output-is-a-file", $"{Path} is a file, and results need a directory", "-o DIR names another one");
        string here = WithSeparator(Path);
        if (WithSeparator(clips).StartsWith(here, StringComparison.Ordinal))
            throw Usage("input-in-output", $"the clips lie in {Path}, where the results would go", "-o DIR writes elsewhere");
        if (overwrite || !Directory.Exists(Path) || File.Exists(ManifestPath) || !Directory.EnumerateFileSystemEntries(Path).Any()) return;
        throw Usage("output-exists", $"{Path} is not empty, and holds no earlier pairs", "-o DIR writes elsewhere");
    }

    /// <summary>The seed of what is there, so that it can be gone on with; null: nothing is, or it is to be replaced.</summary>
    public ulong? Seed(bool overwrite)
    {
        if (overwrite || !File.Exists(ManifestPath)) return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(ManifestPath), PairsJson.Default.PairsManifest)?.Seed;
        }
        catch (JsonException e)
        {
            throw new VgpnnException(
                ErrorKind.Input, "manifest-invalid", $"{ManifestPath} cannot be read as a manifest of pairs", "--overwrite begins anew; -o DIR writes elsewhere", e);
        }
    }

    /// <summary>The manifest of a pair that is whole already; null: it has to be made.</summary>
    /// <exception cref="VgpnnException">Kind Usage: it was made with other settings or of other clips.</exception>
    public RunManifest? Finished(ClipPair pair, PreparedRun run, bool saveLevels)
    {
        if (!File.Exists(System.IO.Path.Combine(In(pair), ManifestFile.Name))) return null;
        RunManifest there = ManifestFile.Load(In(pair));
        if (there.Status != RunStatus.Complete) return null;
        ManifestSettings settings = ManifestMaker.Settings(run, saveLevels, In(pair));
        bool same = settings.MakesTheSameAs(there.Settings)
            && there.Inputs.Select(i => i.FramesSha256).SequenceEqual(run.Inputs.Select(i => i.FramesSha256))
            && there.EngineClass == run.EngineClass;
        return same ? there : throw Usage(
            "other-settings", $"{In(pair)} was made with other settings or of other clips", "--overwrite replaces earlier results there; -o DIR writes elsewhere");
    }

    /// <summary>Writes the manifest and the page, each whole or not at all.</summary>
    public void Save(PairsManifest manifest)
    {
        Directory.CreateDirectory(Path);
        AtomicFile.Write(ManifestPath, JsonSerializer.SerializeToUtf8Bytes(manifest, PairsJson.Default.PairsManifest));
        AtomicFile.Write(PagePath, GalleryPage.Render(manifest));
    }

    private static string WithSeparator(string path) => $"{System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path))}/";

    private static VgpnnException Usage(string code, string message, string hint) => new(ErrorKind.Usage, code, message, hint);
}
