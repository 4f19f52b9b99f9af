using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>What a manifest says about a run's inputs.</summary>
internal static class RecordedInputs
{
    /// <summary>The directory of a manifest that is named by itself or by its directory.</summary>
    public static string Home(string manifest) => Directory.Exists(manifest) ? manifest : Path.GetDirectoryName(Path.GetFullPath(manifest))!;

    /// <summary>Where they are now, as the manifest says.</summary>
    public static InputPath[] Paths(RunManifest manifest, string home) =>
        [.. manifest.Inputs.Select(i => new InputPath(i.Role, Path.GetRelativePath(".", Path.Combine(home, i.Path))))];

    /// <summary>How these inputs were read.</summary>
    public static InputRequest Request(RunManifest manifest, IReadOnlyList<InputPath> paths) => new(paths, manifest.Settings.Read());

    /// <exception cref="VgpnnException">Kind Input: one has other frames than those recorded.</exception>
    public static void ThrowIfDifferent(RunManifest manifest, IReadOnlyList<ReadInput> read, string hint)
    {
        foreach ((ManifestInput then, ReadInput now) in manifest.Inputs.Zip(read))
        {
            if (now.FramesSha256 == then.FramesSha256) continue;
            bool sameFile = now.FileSha256 is not null && now.FileSha256 == then.FileSha256;
            throw new VgpnnException(
                ErrorKind.Input, "input-changed", $"{now.Path} is not what the samples were made of",
                sameFile ? "the file is the same, but this ffmpeg decodes it to other frames than the one that was used then" : hint);
        }
    }
}
