using System.Text.Json;
using Vgpnn.Client.Gallery;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>The output directory of all pairs: a directory per pair, a manifest and a page.</summary>
internal sealed class PairsDirectory(string path)
{
    public string Path { get; } = path;

    public string ManifestPath => System.IO.Path.Combine(Path, PairsManifest.Name);

    public string PagePath => System.IO.Path.Combine(Path, "index.html");

    /// <summary>The directory of a pair.</summary>
    public string In(ClipPair pair) => System.IO.Path.Combine(Path, pair.Name);

    /// <summary>Checks that the directory is missing, empty, or contains an earlier run of pairs. Changes nothing.</summary>
    /// <exception cref="VgpnnException">Kind Usage: the directory contains other files, or the clips.</exception>
    public void ThrowIfOccupied(string clips, bool overwrite)
    {
        if (File.Exists(Path)) throw Usage("output-is-a-file", $"{Path} is a file; the output must be a directory", "use another directory with -o");
        string here = WithSeparator(Path);
        if (WithSeparator(clips).StartsWith(here, StringComparison.Ordinal))
            throw Usage("input-in-output", $"the output directory {Path} contains the clips", "use another directory with -o");
        if (overwrite || !Directory.Exists(Path) || File.Exists(ManifestPath) || !Directory.EnumerateFileSystemEntries(Path).Any()) return;
        throw Usage("output-exists", $"{Path} is not empty and contains no earlier pairs", "use another directory with -o");
    }

    /// <summary>The seed of the earlier run, to continue it; <c>null</c> if there is no earlier run or it is replaced.</summary>
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
                ErrorKind.Input, "manifest-invalid", $"{ManifestPath} is not a valid manifest of pairs", "use --overwrite to start again, or another directory with -o", e);
        }
    }

    /// <summary>The manifest of a finished pair; <c>null</c> if the pair is missing or incomplete.</summary>
    /// <exception cref="VgpnnException">Kind Usage: the pair was made with other settings or clips.</exception>
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
            "other-settings", $"{In(pair)} was made with other settings or clips", "use --overwrite to replace it, or another directory with -o");
    }

    /// <summary>Writes the manifest and the page, each atomically.</summary>
    public void Save(PairsManifest manifest)
    {
        Directory.CreateDirectory(Path);
        AtomicFile.Write(ManifestPath, JsonSerializer.SerializeToUtf8Bytes(manifest, PairsJson.Default.PairsManifest));
        AtomicFile.Write(PagePath, GalleryPage.Render(manifest));
    }

    private static string WithSeparator(string path) => $"{System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path))}/";

    private static VgpnnException Usage(string code, string message, string hint) => new(ErrorKind.Usage, code, message, hint);
}
