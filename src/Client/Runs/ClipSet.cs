using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>A pair of clips of a set.</summary>
/// <param name="Content">Index of the content clip.</param>
/// <param name="Style">Index of the style clip.</param>
/// <param name="Name">Name of the output directory.</param>
/// <param name="Inputs">The clips with their roles.</param>
internal sealed record ClipPair(int Content, int Style, string Name, IReadOnlyList<InputPath> Inputs);

/// <summary>The clips of a directory, sorted by name.</summary>
internal sealed class ClipSet
{
    /// <summary>Maximum number of clips, which limits the number of pairs to 380.</summary>
    public const int MaxClips = 20;

    private static readonly string[] Extensions = [".mp4", ".m4v", ".webm", ".mkv", ".mov", ".avi", ".gif"];

    private ClipSet(string[] paths)
    {
        Paths = paths;
        string[] stems = [.. paths.Select(ManifestMaker.StemOf)];

        // Names that differ only in their extensions keep them.
        Names = stems.Distinct().Count() == stems.Length ? stems : [.. paths.Select(ManifestMaker.NameOf)];
    }

    /// <summary>The paths of the clips.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The names of the clips, all different.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>All ordered pairs of clips, sorted by content.</summary>
    public IReadOnlyList<ClipPair> Pairs =>
    [
        .. from content in Enumerable.Range(0, Paths.Count)
           from style in Enumerable.Range(0, Paths.Count)
           where content != style
           select new ClipPair(
               content, style, $"{Names[content]}-as-{Names[style]}",
               [new InputPath(InputRole.Content, Paths[content]), new InputPath(InputRole.Style, Paths[style])]),
    ];

    /// <summary>Finds videos (by extension) and directories with PNG or JPEG files; ignores everything else.</summary>
    /// <exception cref="VgpnnException">Kind Input: the directory does not exist, or contains too few or too many clips.</exception>
    public static ClipSet In(string directory)
    {
        if (!Directory.Exists(directory))
            throw new VgpnnException(ErrorKind.Input, "directory-not-found", $"the directory {directory} does not exist", "use --all-pairs DIR with a directory of two or more clips");
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
            ErrorKind.Input, "clip-count", $"{directory} contains {HumanText.Count(paths.Length, "clip")}; --all-pairs needs 2 to {MaxClips}",
            $"clips are files with the extension {CommandLine.Names.Either(Extensions)}, and directories of numbered frames");
    }

    private static bool IsClip(string path)
    {
        if (Path.GetFileName(path).StartsWith('.')) return false;
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path).Any(f => Path.GetExtension(f).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg")
                && !File.Exists(Path.Combine(path, Vgpnn.Synthesis.Manifest.ManifestFile.Name))
            : Extensions.Contains(Path.GetExtension(path).ToLowerInvariant());
    }
}
