using System.Text.RegularExpressions;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Gallery;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>The output directory of a run: its file names, and which files may be replaced.</summary>
internal sealed partial class ResultDirectory(string path)
{
    private const string PageName = "index.html";
    private const string LevelsName = "levels";
    private const string PreviewsName = "previews";

    public string Path { get; } = path;

    public string ManifestPath => In(ManifestFile.Name);

    public string PagePath => In(PageName);

    /// <summary>File name of an input's frames, which the page shows next to the samples: <c>input.mp4</c>, <c>input-2.mp4</c>.</summary>
    public static string InputName(IReadOnlyList<InputPath> inputs, int index)
    {
        InputRole role = inputs[index].Role;
        int number = inputs.Take(index + 1).Count(i => i.Role == role);
        return number == 1 ? $"{Names.Of(role)}.mp4" : $"{Names.Of(role)}-{number}.mp4";
    }

    /// <summary>A sample's file name without extension.</summary>
    public static string SampleName(int index) => $"sample-{index:0000}";

    /// <summary>The preview video of a sample in a format that browsers do not play as video.</summary>
    public static string PreviewName(int index) => $"{PreviewsName}/{SampleName(index)}.mp4";

    /// <summary>The directory of a sample's levels.</summary>
    public static string LevelsDirectoryName(int index) => $"{LevelsName}/{SampleName(index)}";

    /// <summary>The path of a file in the directory.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Checks that the directory can be used; changes nothing.</summary>
    /// <exception cref="VgpnnException">Kind Usage: the directory is not empty, or contains an input.</exception>
    public void ThrowIfOccupied(IReadOnlyList<InputPath> inputs, bool overwrite)
    {
        if (File.Exists(Path))
            throw Usage("output-is-a-file", $"{Path} is a file; the output must be a directory", "use another directory with -o");
        if (!Directory.Exists(Path) || !Directory.EnumerateFileSystemEntries(Path).Any()) return;
        if (!overwrite && !HoldsNothingButABeginning())
            throw Usage("output-exists", $"the output directory {Path} is not empty", "use --overwrite to replace earlier results, or another directory with -o");
        if (inputs.Any(i => WithSeparator(i.Path).StartsWith(WithSeparator(Path), StringComparison.Ordinal)))
            throw Usage("input-in-output", $"the output directory {Path} contains an input that would be overwritten", "use another directory with -o");
    }

    /// <summary>Creates the directory and deletes the results of an earlier run; keeps other files.</summary>
    /// <exception cref="IOException">The directory cannot be created.</exception>
    public void Create()
    {
        Directory.CreateDirectory(Path);
        if (!File.Exists(ManifestPath)) return;

        // The manifest is deleted first, so that it never lists incomplete files.
        File.Delete(ManifestPath);
        File.Delete(PagePath);
        foreach (string file in Directory.EnumerateFiles(Path).Where(f => IsSample(f) || IsInput(f))) File.Delete(file);
        foreach (string directory in Directory.EnumerateDirectories(Path).Where(IsSample)) Directory.Delete(directory, recursive: true);
        foreach (string name in (string[])[PreviewsName, LevelsName])
        {
            if (Directory.Exists(In(name))) Directory.Delete(In(name), recursive: true);
        }
    }

    /// <summary>Writes the manifest and its page, each atomically.</summary>
    /// <exception cref="IOException">The disk is full or the directory was deleted.</exception>
    public void Save(RunManifest manifest)
    {
        ManifestFile.Save(manifest, ManifestPath);
        AtomicFile.Write(PagePath, GalleryPage.Render(manifest));
    }

    /// <summary>Whether the directory contains only files of a run that finished no sample, so that replacing it loses nothing.</summary>
    private bool HoldsNothingButABeginning()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path).All(f => f == ManifestPath || f == PagePath || IsInput(f))
                && ManifestFile.Load(ManifestPath) is { Status: RunStatus.Interrupted or RunStatus.Failed, Samples.Count: 0 };
        }
        catch (VgpnnException)
        {
            return false;
        }
    }

    private static string WithSeparator(string path) => $"{System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path))}/";

    private static bool IsInput(string path) => Names.All<InputRole>().Any(
        role => Regex.IsMatch(System.IO.Path.GetFileName(path), $@"^{role}(-\d+)?\.mp4$"));

    private static bool IsSample(string path) => SamplePattern().IsMatch(System.IO.Path.GetFileName(path));

    private static VgpnnException Usage(string code, string message, string hint) => new(ErrorKind.Usage, code, message, hint);

    [GeneratedRegex(@"^sample-\d{4,}(\.(mp4|gif|webm))?$")]
    private static partial Regex SamplePattern();
}
