using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>The inputs of a run as recorded in its manifest.</summary>
internal static class RecordedInputs
{
    /// <summary>The directory of a manifest, given the file or the directory.</summary>
    public static string Home(string manifest) => Directory.Exists(manifest) ? manifest : Path.GetDirectoryName(Path.GetFullPath(manifest))!;

    /// <summary>The recorded paths, relative to the working directory.</summary>
    public static InputPath[] Paths(RunManifest manifest, string home) =>
        [.. manifest.Inputs.Select(i => new InputPath(i.Role, Path.GetRelativePath(".", Path.Combine(home, i.Path))))];

    /// <summary>A request that reads inputs with the recorded settings.</summary>
    public static InputRequest Request(RunManifest manifest, IReadOnlyList<InputPath> paths) => new(paths, manifest.Settings.Read());

    /// <exception cref="VgpnnException">Kind Input: the frames of an input differ from the recorded ones.</exception>
    public static void ThrowIfDifferent(RunManifest manifest, IReadOnlyList<ReadInput> read, string hint)
    {
        foreach ((ManifestInput then, ReadInput now) in manifest.Inputs.Zip(read))
        {
            if (now.FramesSha256 == then.FramesSha256) continue;
            bool sameFile = now.FileSha256 is not null && now.FileSha256 == then.FileSha256;
            throw new VgpnnException(
                ErrorKind.Input, "input-changed", $"{now.Path} is not the input of the recorded samples",
                sameFile ? "the file is the same, but this version of ffmpeg decodes it differently; use the version that made the samples" : hint);
        }
    }
}
