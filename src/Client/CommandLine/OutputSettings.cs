using System.CommandLine;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.CommandLine;

/// <summary>Where and how results are written.</summary>
/// <param name="Directory">The output directory.</param>
/// <param name="Overwrite">Whether earlier results there may be replaced.</param>
/// <param name="Format">The format of the samples.</param>
/// <param name="SaveLevels">Whether the output of every level is written too.</param>
internal sealed record OutputRequest(string Directory, bool Overwrite, ClipFormat Format, bool SaveLevels);

/// <summary>Options of the output.</summary>
internal sealed class OutputSettings(string defaultDirectory)
{
    private const string Group = "Output";

    private readonly Setting<string> _directory = new("--output", "DIR", PathText.TryParse, "-o")
    {
        Group = Group,
        Description = "Directory for the samples, manifest.json and index.html, created if missing.",
        Allowed = "a path",
        Default = defaultDirectory,
    };

    private readonly Flag _overwrite = new("--overwrite")
    {
        Group = Group,
        Description = "Replace the results of an earlier run in DIR.",
    };

    private readonly Setting<ClipFormat> _format = new("--format", string.Join('|', Names.All<ClipFormat>()), ValueText.Name<ClipFormat>())
    {
        Group = Group,
        Description = "H.264, animated GIF, VP9, or a directory of lossless PNG frames per sample.",
        Allowed = Names.Either(Names.All<ClipFormat>()),
        Default = Names.Of(ClipFormat.Mp4),
    };

    private readonly Flag _saveLevels = new("--save-levels")
    {
        Group = Group,
        Description = "Also write the output of every level as PNG frames to DIR/levels/sample-0000/level-00 (the finest), level-01, …",
    };

    /// <summary>Adds all output options.</summary>
    public void AddTo(Command command)
    {
        AddDirectoryTo(command);
        command.Add(_format);
        command.Add(_saveLevels);
    }

    /// <summary>Adds only the output directory.</summary>
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
                $"use -o {Path.GetFileNameWithoutExtension(directory)} --format {Names.Of(format)}");
        }

        return directory;
    }
}
