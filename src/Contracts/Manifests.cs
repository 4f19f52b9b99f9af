using System.Text.Json.Nodes;

namespace Vgpnn.Contracts;

/// <summary>Everything needed to reproduce a request's samples exactly, with hashes to compare them.</summary>
public sealed record RequestManifest
{
    /// <summary>Version of the server.</summary>
    public required string Version { get; init; }

    /// <summary>Backend that made the samples: <c>cpu</c> or <c>gpu</c>. Frames are reproducible with the same backend.</summary>
    public required string EngineClass { get; init; }

    /// <summary>The request's id.</summary>
    public required string Request { get; init; }

    /// <summary>The application.</summary>
    public required RequestApplication Application { get; init; }

    /// <summary>Seed of all samples.</summary>
    public required string Seed { get; init; }

    /// <summary>All options with resolved defaults.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>The inputs.</summary>
    public required IReadOnlyList<RequestManifestInput> Inputs { get; init; }

    /// <summary>The size of every sample.</summary>
    public required Size Output { get; init; }

    /// <summary>The started samples, by index.</summary>
    public required IReadOnlyList<RequestManifestSample> Samples { get; init; }
}

/// <summary>An input of a request.</summary>
/// <param name="Role">Role of the input.</param>
/// <param name="Name">Name of the video.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
public sealed record RequestManifestInput(RequestInputRole Role, string Name, string Sha256);

/// <summary>A sample of a request.</summary>
/// <param name="Index">Index in the request, from 0.</param>
/// <param name="State">State of the sample.</param>
/// <param name="FramesSha256">Hash of the decoded frames.</param>
/// <param name="Seconds">Run time in seconds.</param>
public sealed record RequestManifestSample(int Index, WorkState State, string? FramesSha256 = null, double? Seconds = null);

/// <summary>Scores of a sample relative to its input, both downscaled to at most 144 pixels in height. Undefined scores are <c>null</c>.</summary>
/// <param name="Coherence">Mean squared distance of the sample's patches to the input; 0 is best.</param>
/// <param name="Completeness">Mean squared distance of the input's patches to the sample; 0 is best.</param>
/// <param name="NnfDiversity">Rearrangement: irregularity of the source map, from 0 (a copy) to 1 (noise).</param>
/// <param name="FrechetPatchDistance">Fréchet distance between the distributions of patches; 0 is best.</param>
/// <param name="Sharpness">Sharpness relative to the input; 1 is equal, less is blurred, more is noisy.</param>
/// <param name="FrameDifference">Motion relative to the input; 1 is equal.</param>
/// <param name="Flicker">Flicker relative to the input; 1 is equal.</param>
/// <param name="CopiedFrames">Fraction of frames that are copies of an input frame, 0 to 1.</param>
public sealed record Scores(
    double Coherence, double? Completeness, double? NnfDiversity, double? FrechetPatchDistance, double? Sharpness = null, double? FrameDifference = null,
    double? Flicker = null, double? CopiedFrames = null);
