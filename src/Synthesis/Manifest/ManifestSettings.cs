using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Manifest;

/// <summary>Factors of the three axes.</summary>
/// <param name="T">Time.</param>
/// <param name="H">Height.</param>
/// <param name="W">Width.</param>
public sealed record ManifestScale(double T, double H, double W);

/// <summary>A network that finds movement.</summary>
/// <param name="Network">Which one, such as <c>raft-small</c>.</param>
/// <param name="Weights">Where its weights lay, seen from the manifest's directory.</param>
/// <param name="Sha256">SHA-256 of that file: it decides the samples' bits.</param>
public sealed record ManifestFlow(string Network, string Weights, string Sha256);

/// <summary>Every setting of a run with the values that were used, whether the user gave them or not.</summary>
public sealed record ManifestSettings
{
    /// <summary>What was made of the inputs.</summary>
    public required Application Application { get; init; }

    /// <summary>Samples asked for.</summary>
    public required int Samples { get; init; }

    /// <summary>The seed of the whole set.</summary>
    public required ulong Seed { get; init; }

    /// <summary>First frame used, counted from 1; null: from the first.</summary>
    public int? FirstFrame { get; init; }

    /// <summary>Last frame used, counted from 1; null: up to the end.</summary>
    public int? LastFrame { get; init; }

    /// <summary>Height to which higher frames were reduced; null: none.</summary>
    public int? MaxHeight { get; init; }

    /// <summary>The pace asked for; null: the input's own.</summary>
    public string? FrameRate { get; init; }

    /// <summary>Output size over input size.</summary>
    public required ManifestScale Scale { get; init; }

    /// <summary>Whether the last frame is followed by the first.</summary>
    public required bool Loop { get; init; }

    /// <summary>What the fill of a mask starts from; null: there is no mask.</summary>
    public Cue? Cue { get; init; }

    /// <summary>Whether the black of a mask is filled, not the white; null: there is no mask.</summary>
    public bool? InvertMask { get; init; }

    /// <summary>Into how many bins movement was sorted; null: the output does not follow movement.</summary>
    public StructureBins? Bins { get; init; }

    /// <summary>Which values of a sketch moved; null: there is none.</summary>
    public Ink? Ink { get; init; }

    /// <summary>What in a style the ink of a sketch stood for; null: there is none.</summary>
    public InkMatch? Match { get; init; }

    /// <summary>The network that found movement; null: there was none, or movement was found without weights.</summary>
    public ManifestFlow? Flow { get; init; }

    /// <summary>Up to which part of the levels movement counted; null: the output does not follow movement.</summary>
    public double? FlowLimit { get; init; }

    /// <summary>α of completeness; null: it did not count.</summary>
    public double? Completeness { get; init; }

    /// <summary>Factor from one level to the next coarser one in time.</summary>
    public required double DownscaleT { get; init; }

    /// <summary>Factor from one level to the next coarser one in space.</summary>
    public required double DownscaleS { get; init; }

    /// <summary>Frames of the coarsest output level.</summary>
    public required int MinT { get; init; }

    /// <summary>Shorter side of the coarsest output level in pixels.</summary>
    public required int MinS { get; init; }

    /// <summary>The patch size asked for; null: by level, as the levels tell.</summary>
    public ManifestSize? Patch { get; init; }

    /// <summary>The EM iterations asked for; null: by level, as the levels tell.</summary>
    public int? Iterations { get; init; }

    /// <summary>Standard deviation of the noise on the coarsest query.</summary>
    public required double Noise { get; init; }

    /// <summary>Whether the program chose <see cref="Noise"/>.</summary>
    public required bool NoiseAuto { get; init; }

    /// <summary>How that noise lies in time.</summary>
    public required NoiseTime NoiseTime { get; init; }

    /// <summary>How voxels are made from the candidates that cover them.</summary>
    public required VoteRule Vote { get; init; }

    /// <summary>How nearest neighbours are searched.</summary>
    public required SearchMethod Search { get; init; }

    /// <summary>What the run computes with.</summary>
    public required Engine Engine { get; init; }

    /// <summary>Threads used; they do not change the bits.</summary>
    public required int Threads { get; init; }

    /// <summary>The most bytes that the run was allowed to hold.</summary>
    public required long MaxMemoryBytes { get; init; }

    /// <summary>Whether every level's output was written.</summary>
    public required bool SaveLevels { get; init; }

    /// <summary>The knobs of the method, every one of them given.</summary>
    public MethodOptions ToOptions() => new()
    {
        Application = Application,
        Scale = new Scale(Scale.T, Scale.H, Scale.W),
        Loop = Loop,
        Cue = Cue ?? default,
        InvertMask = InvertMask ?? false,
        Bins = Bins ?? new MethodOptions().Bins,
        Ink = Ink ?? default,
        Match = Match ?? default,
        FlowLimit = FlowLimit ?? new MethodOptions().FlowLimit,
        Completeness = Completeness,
        DownscaleT = DownscaleT,
        DownscaleS = DownscaleS,
        MinT = MinT,
        MinS = MinS,
        Patch = Patch is null ? null : new Extent(Patch.Frames, Patch.Height, Patch.Width),
        Iterations = Iterations,
        Noise = Noise,
        NoiseTime = NoiseTime,
        Vote = Vote,
        Search = Search,
        Engine = Engine,
    };

    /// <summary>The frames used; null: all.</summary>
    public FrameRange? ToFrameRange() =>
        FirstFrame is null && LastFrame is null ? null : new FrameRange(FirstFrame ?? 1, LastFrame);
}
