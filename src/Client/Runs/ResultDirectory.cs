using System.Text.RegularExpressions;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Gallery;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>The directory of a run's results: what is called how in it, and what may be replaced.</summary>
internal sealed partial class ResultDirectory(string path)
{
    private const string PageName = "index.html";
    private const string LevelsName = "levels";
    private const string PreviewsName = "previews";

    public string Path { get; } = path;

    public string ManifestPath => In(ManifestFile.Name);

    public string PagePath => In(PageName);

    /// <summary>The frames of an input that were used, to be seen beside the samples: <c>input.mp4</c>, <c>input-2.mp4</c>.</summary>
    public static string InputName(IReadOnlyList<InputPath> inputs, int index)
    {
        InputRole role = inputs[index].Role;
        int number = inputs.Take(index + 1).Count(i => i.Role == role);
        return number == 1 ? $"{Names.Of(role)}.mp4" : $"{Names.Of(role)}-{number}.mp4";
    }

    /// <summary>A sample's name without its ending.</summary>
    public static string SampleName(int index) => $"sample-{index:0000}";

    /// <summary>A video of a sample that is none itself.</summary>
    public static string PreviewName(int index) => $"{PreviewsName}/{SampleName(index)}.mp4";

    /// <summary>The directory of a sample's levels.</summary>
    public static string LevelsDirectoryName(int index) => $"{LevelsName}/{SampleName(index)}";

    /// <summary>The full path of something in the directory.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Checks that results may go there; touches nothing.</summary>
    /// <exception cref="VgpnnException">Kind Usage: something is there, or an input itself is.</exception>
    public void ThrowIfOccupied(IReadOnlyList<InputPath> inputs, bool overwrite)
    {
        if (File.Exists(Path))
            throw Usage("output-is-a-file", $"{Path} is a file, and results need a directory", "-o DIR names another one");
        if (!Directory.Exists(Path) || !Directory.EnumerateFileSystemEntries(Path).Any()) return;
        if (!overwrite && !HoldsNothingButABeginning())
            throw Usage("output-exists", $"{Path} is not empty", "--overwrite replaces earlier results there; -o DIR writes elsewhere");
        if (inputs.Any(i => WithSeparator(i.Path).StartsWith(WithSeparator(Path), StringComparison.Ordinal)))
            throw Usage("input-in-output", $"an input lies in {Path}, which would be overwritten", "-o DIR writes elsewhere");
    }

    /// <summary>Makes the directory and removes the results of an earlier run, but no other file.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public void Create()
    {
        Directory.CreateDirectory(Path);
        if (!File.Exists(ManifestPath)) return;

        // The manifest goes first: without it nothing claims that the files are whole.
        File.Delete(ManifestPath);
        File.Delete(PagePath);
        foreach (string file in Directory.EnumerateFiles(Path).Where(f => IsSample(f) || IsInput(f))) File.Delete(file);
        foreach (string directory in Directory.EnumerateDirectories(Path).Where(IsSample)) Directory.Delete(directory, recursive: true);
        foreach (string name in (string[])[PreviewsName, LevelsName])
        {
            if (Directory.Exists(In(name))) Directory.Delete(In(name), recursive: true);
        }
    }

    /// <summary>Writes the manifest and the page that shows it, each whole or not at all.</summary>
    /// <exception cref="IOException">The disk is full or the directory is gone.</exception>
    public void Save(RunManifest manifest)
    {
        ManifestFile.Save(manifest, ManifestPath);
        AtomicFile.Write(PagePath, GalleryPage.Render(manifest));
    }

    /// <summary>Whether all that is there comes from a run that was stopped before its first sample: starting anew loses nothing.</summary>
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
