using System.CommandLine;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.CommandLine;

/// <summary>Where results go, and as what.</summary>
/// <param name="Directory">The directory of the results.</param>
/// <param name="Overwrite">Whether earlier results there may be replaced.</param>
/// <param name="Format">What samples are written as.</param>
/// <param name="SaveLevels">Whether every level's output is written too.</param>
internal sealed record OutputRequest(string Directory, bool Overwrite, ClipFormat Format, bool SaveLevels);

/// <summary>The options that say where results go.</summary>
internal sealed class OutputSettings(string defaultDirectory)
{
    private const string Group = "Output";

    private readonly Setting<string> _directory = new("--output", "DIR", PathText.TryParse, "-o")
    {
        Group = Group,
        Description = "Directory for the samples, manifest.json and index.html; made if it is not there.",
        Allowed = "a path",
        Default = defaultDirectory,
    };

    private readonly Flag _overwrite = new("--overwrite")
    {
        Group = Group,
        Description = "Replace earlier results in DIR.",
    };

    private readonly Setting<ClipFormat> _format = new("--format", string.Join('|', Names.All<ClipFormat>()), ValueText.Name<ClipFormat>())
    {
        Group = Group,
        Description = "H.264, animated GIF, VP9, or a directory of PNG frames per sample, which loses nothing.",
        Allowed = Names.Either(Names.All<ClipFormat>()),
        Default = Names.Of(ClipFormat.Mp4),
    };

    private readonly Flag _saveLevels = new("--save-levels")
    {
        Group = Group,
        Description = "Also write every level's output as PNG frames to DIR/levels/sample-0000/level-01 (the coarsest), …",
    };

    /// <summary>Adds everything that a run of one's own takes.</summary>
    public void AddTo(Command command)
    {
        AddDirectoryTo(command);
        command.Add(_format);
        command.Add(_saveLevels);
    }

    /// <summary>Adds only where results go.</summary>
    public void AddDirectoryTo(Command command)
    {
        command.Add(_directory);
        command.Add(_overwrite);
    }

    public OutputRequest Read(ParseResult parse, string defaultDirectory) => new(
        ReadDirectory(parse) ?? defaultDirectory,
        _overwrite.IsGiven(parse),
        _format.Or(parse, ClipFormat.Mp4),
        _saveLevels.IsGiven(parse));

    private string? ReadDirectory(ParseResult parse)
    {
        if (!_directory.IsGiven(parse)) return null;
        string directory = parse.GetValue(_directory)!;
        string extension = Path.GetExtension(directory);
        if (ValueText.Name<ClipFormat>()(extension.TrimStart('.'), out ClipFormat format) && !Directory.Exists(directory))
        {
            throw new VgpnnException(
                ErrorKind.Usage, "output-is-a-file", $"--output is '{directory}', but must be a directory",
                $"-o {Path.GetFileNameWithoutExtension(directory)} --format {Names.Of(format)}");
        }

        return directory;
    }
}
