using System.Text.Json.Nodes;

namespace Vgpnn.Contracts;

/// <summary>All that is needed to make a request's samples again, bit for bit, and the hashes to tell.</summary>
public sealed record RequestManifest
{
    /// <summary>Version of the server.</summary>
    public required string Version { get; init; }

    /// <summary>Class of engine; the same bits are promised within one class.</summary>
    public required string EngineClass { get; init; }

    /// <summary>The request's id.</summary>
    public required string Request { get; init; }

    /// <summary>What was made of the inputs.</summary>
    public required RequestApplication Application { get; init; }

    /// <summary>The seed of the whole set.</summary>
    public required string Seed { get; init; }

    /// <summary>Every option as it was used.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>What the samples were made of.</summary>
    public required IReadOnlyList<RequestManifestInput> Inputs { get; init; }

    /// <summary>The size of every sample.</summary>
    public required Size Output { get; init; }

    /// <summary>The samples that were begun, by index.</summary>
    public required IReadOnlyList<RequestManifestSample> Samples { get; init; }
}

/// <summary>One of the videos that samples were made of.</summary>
/// <param name="Role">What it was to the request.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
public sealed record RequestManifestInput(RequestInputRole Role, string Name, string Sha256);

/// <summary>A sample.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="FramesSha256">Hash of its decoded frames.</param>
/// <param name="Seconds">Seconds that it took.</param>
public sealed record RequestManifestSample(int Index, WorkState State, string? FramesSha256 = null, double? Seconds = null);

/// <summary>What a sample scores against its input, both at no more than 144 rows; a score that is not defined is null.</summary>
/// <param name="Coherence">Mean squared distance of its patches to the input; 0 is best.</param>
/// <param name="Completeness">Mean squared distance of the input's patches to the sample; 0 is best.</param>
/// <param name="NnfDiversity">How disordered the nearest-neighbour field is: 0 is a copy, towards 1 is noise.</param>
/// <param name="FrechetPatchDistance">How alike patches are as a whole; 0 is best.</param>
/// <param name="Sharpness">1 is right, less is blur, more is noise.</param>
/// <param name="FrameDifference">How much moves, over how much moves in the input; 1 is alike.</param>
/// <param name="Flicker">How restless the motion is, over the input's; 1 is alike.</param>
/// <param name="CopiedFrames">Share of its frames that are a frame of the input, 0 to 1.</param>
public sealed record Scores(
    double Coherence, double? Completeness, double? NnfDiversity, double? FrechetPatchDistance, double? Sharpness = null, double? FrameDifference = null,
    double? Flicker = null, double? CopiedFrames = null);
