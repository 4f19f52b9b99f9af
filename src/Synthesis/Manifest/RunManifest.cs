using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Manifest;

/// <summary>How a run stands.</summary>
public enum RunStatus
{
    /// <summary>Samples are still being made, or the program was killed while it made them.</summary>
    Running,

    /// <summary>Every sample is there.</summary>
    Complete,

    /// <summary>The user stopped the run; the samples named are whole.</summary>
    Interrupted,

    /// <summary>An error ended the run; the samples named are whole.</summary>
    Failed,
}

/// <summary>All there is to know about a run: enough to show it, and enough to make the same bits again.</summary>
public sealed record RunManifest
{
    /// <summary>The schema that this program writes; it reads the one before too.</summary>
    public const int CurrentSchema = 3;

    /// <summary>Version of this file's layout; it changes only when a reader has to.</summary>
    public required int Schema { get; init; }

    /// <summary>Version of the program that made the run.</summary>
    public required string Version { get; init; }

    /// <summary>Class of engine; the same bits are promised within one class.</summary>
    public required string EngineClass { get; init; }

    /// <summary>How the run stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When the run began, in universal time.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Wall-clock seconds so far, from reading the input to writing the last sample.</summary>
    public required double Seconds { get; init; }

    /// <summary>The command line that makes the same set again, ready for a shell.</summary>
    public required string Command { get; init; }

    /// <summary>The command line that makes them again and checks every frame, ready for a shell.</summary>
    public required string Repeat { get; init; }

    /// <summary>What the samples were made of, at least one clip in the role of the input, which comes first.</summary>
    public required IReadOnlyList<ManifestInput> Inputs { get; init; }

    /// <summary>What was said about the run before it began.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>What the samples are.</summary>
    public required ManifestOutput Output { get; init; }

    /// <summary>Every setting, resolved.</summary>
    public required ManifestSettings Settings { get; init; }

    /// <summary>The pyramid, coarsest level first: the order in which a sample walks it.</summary>
    public required IReadOnlyList<ManifestLevel> Levels { get; init; }

    /// <summary>The samples that are whole, in the order of their making.</summary>
    public required IReadOnlyList<ManifestSample> Samples { get; init; }
}

/// <summary>A size in voxels.</summary>
/// <param name="Frames">Frames.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public sealed record ManifestSize(int Frames, int Height, int Width);

/// <summary>One of the clips that the samples were made of.</summary>
public sealed record ManifestInput
{
    /// <summary>What it is to the run.</summary>
    public required InputRole Role { get; init; }

    /// <summary>File or directory name, without its path.</summary>
    public required string Name { get; init; }

    /// <summary>Where it lay, seen from the manifest's directory.</summary>
    public required string Path { get; init; }

    /// <summary>SHA-256 of the file's bytes; null for a directory of frames.</summary>
    public string? FileSha256 { get; init; }

    /// <summary>Hash of the decoded frames that were used (<see cref="Clip.ContentHash"/>): these decide the samples' bits.</summary>
    public required string FramesSha256 { get; init; }

    /// <summary>Size of what was used.</summary>
    public required ManifestSize Size { get; init; }

    /// <summary>Frames per second, such as 25 or 30000/1001.</summary>
    public required string FrameRate { get; init; }

    /// <summary>The frames used as they were written for people to look at, relative to the manifest.</summary>
    public required string Preview { get; init; }
}

/// <summary>What every sample of a run is.</summary>
/// <param name="Size">Size in voxels.</param>
/// <param name="FrameRate">Frames per second, such as 25 or 30000/1001.</param>
/// <param name="Format">What the samples are written as.</param>
public sealed record ManifestOutput(ManifestSize Size, string FrameRate, ClipFormat Format);

/// <summary>One level of the pyramid.</summary>
/// <param name="Index">0 is the finest level.</param>
/// <param name="Input">Size of the input at this level.</param>
/// <param name="Output">Size of the output at this level.</param>
/// <param name="Patch">Patch size.</param>
/// <param name="Iterations">EM iterations.</param>
public sealed record ManifestLevel(int Index, ManifestSize Input, ManifestSize Output, ManifestSize Patch, int Iterations);

/// <summary>One finished sample.</summary>
public sealed record ManifestSample
{
    /// <summary>Which sample of the set, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The sample, relative to the manifest: a file, or a directory of frames.</summary>
    public required string File { get; init; }

    /// <summary>A video of the sample that a page can play; the sample itself where it is one.</summary>
    public required string Preview { get; init; }

    /// <summary>The directory of the levels' outputs, where they were asked for.</summary>
    public string? LevelsDirectory { get; init; }

    /// <summary>Hash of the frames before they were encoded (<see cref="Clip.ContentHash"/>).</summary>
    public required string FramesSha256 { get; init; }

    /// <summary>Wall-clock seconds, encoding included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Where the time went, coarsest level first.</summary>
    public required IReadOnlyList<ManifestTiming> Levels { get; init; }
}

/// <summary>Where the time of one level of one sample went.</summary>
/// <param name="Index">0 is the finest level.</param>
/// <param name="ResampleMs">Milliseconds for making query, keys and values.</param>
/// <param name="SearchMs">Milliseconds for finding nearest neighbours.</param>
/// <param name="VoteMs">Milliseconds for folding the patches back.</param>
/// <param name="MeanDistance">Mean summed squared distance of the last iteration's patches to their matches; null: not known.</param>
public sealed record ManifestTiming(int Index, double ResampleMs, double SearchMs, double VoteMs, double? MeanDistance);
