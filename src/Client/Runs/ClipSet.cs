using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>Two clips of a set.</summary>
/// <param name="Content">Index of what gives movement.</param>
/// <param name="Style">Index of what gives the look.</param>
/// <param name="Name">The directory of the result.</param>
/// <param name="Inputs">Their paths and roles.</param>
internal sealed record ClipPair(int Content, int Style, string Name, IReadOnlyList<InputPath> Inputs);

/// <summary>The clips of a directory, by name.</summary>
internal sealed class ClipSet
{
    /// <summary>More make more pairs than anybody looks at.</summary>
    public const int MaxClips = 20;

    private static readonly string[] Endings = [".mp4", ".m4v", ".webm", ".mkv", ".mov", ".avi", ".gif"];

    private ClipSet(string[] paths)
    {
        Paths = paths;
        string[] stems = [.. paths.Select(ManifestMaker.StemOf)];

        // Where two differ in their endings alone, the endings have to tell them apart.
        Names = stems.Distinct().Count() == stems.Length ? stems : [.. paths.Select(ManifestMaker.NameOf)];
    }

    /// <summary>Where they are.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>What they are called, each another name.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Every clip as the content of every other, content by content.</summary>
    public IReadOnlyList<ClipPair> Pairs =>
    [
        .. from content in Enumerable.Range(0, Paths.Count)
           from style in Enumerable.Range(0, Paths.Count)
           where content != style
           select new ClipPair(
               content, style, $"{Names[content]}-as-{Names[style]}",
               [new InputPath(InputRole.Content, Paths[content]), new InputPath(InputRole.Style, Paths[style])]),
    ];

    /// <summary>Videos by their endings, and directories with a PNG or JPEG in them; everything else in the directory is passed over.</summary>
    /// <exception cref="VgpnnException">Kind Input: there is no such directory, or too few or too many clips in it.</exception>
    public static ClipSet In(string directory)
    {
        if (!Directory.Exists(directory))
            throw new VgpnnException(ErrorKind.Input, "directory-not-found", $"there is no directory {directory}", "--all-pairs DIR names a directory with two clips or more");
        string[] paths;
        try
        {
            paths = [.. Directory.EnumerateFileSystemEntries(directory).Where(IsClip).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VgpnnException(ErrorKind.Input, "directory-unreadable", $"{directory} cannot be read: {e.Message}", null, e);
        }

        if (paths.Length is >= 2 and <= MaxClips) return new ClipSet(paths);
        throw new VgpnnException(
            ErrorKind.Input, "clip-count", $"there {(paths.Length == 1 ? "is 1 clip" : $"are {paths.Length} clips")} in {directory}, and pairs are made of 2 to {MaxClips}",
            $"clips are files that end in {CommandLine.Names.Either(Endings)}, and directories of numbered frames");
    }

    private static bool IsClip(string path)
    {
        if (Path.GetFileName(path).StartsWith('.')) return false;
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path).Any(f => Path.GetExtension(f).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg")
                && !File.Exists(Path.Combine(path, Vgpnn.Synthesis.Manifest.ManifestFile.Name))
            : Endings.Contains(Path.GetExtension(path).ToLowerInvariant());
    }
}
