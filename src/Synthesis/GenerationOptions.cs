using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>How the noise of the coarsest level lies in time.</summary>
public enum NoiseTime
{
    /// <summary>Drawn once per position and repeated in every frame, so that the input's motion survives.</summary>
    Replicated,

    /// <summary>Drawn anew for every frame.</summary>
    Independent,
}

/// <summary>What a run computes with; results differ a little between them, and within one they are the same everywhere.</summary>
public enum Engine
{
    /// <summary>Levels of 8-bit samples and integer distances: every output value is a value of the input anyway.</summary>
    Fast,

    /// <summary>Levels of floats: the exact engine, slower and in need of four times the memory.</summary>
    Float,
}

/// <summary>Every knob of the method (paper, section 3 and appendix; the defaults are the generation preset).</summary>
public sealed partial record GenerationOptions
{
    /// <summary>Output size over input size; null: 0.8 in time from 24 frames on, otherwise 1. Each 0.1 to 4.</summary>
    public Scale? Scale { get; init; }

    /// <summary>Factor from one level to the next coarser one in time, above 0 and up to 1 (1: time is not reduced).</summary>
    public double DownscaleT { get; init; } = 0.87;

    /// <summary>Factor from one level to the next coarser one in space, above 0 and up to 1 (1: space is not reduced).</summary>
    public double DownscaleS { get; init; } = 0.82;

    /// <summary>Frames of the coarsest output level.</summary>
    public int MinT { get; init; } = 3;

    /// <summary>Shorter side of the coarsest output level in pixels.</summary>
    public int MinS { get; init; } = 15;

    /// <summary>Patch size; null: 3×7×7, and 3×5×5 at levels of more than 3,000,000 output voxels.</summary>
    public Extent? Patch { get; init; }

    /// <summary>EM iterations per level J; 1 at the coarsest level; null: 5, and 1 at levels of more than 3,000,000 output voxels.</summary>
    public int? Iterations { get; init; }

    /// <summary>
    /// Standard deviation σ of the noise on the coarsest query, for samples in [−1, 1]; null: the mean summed squared
    /// distance of a coarsest patch to its nearest other patch, clamped to [2, 5].
    /// </summary>
    public double? Noise { get; init; }

    /// <summary>How that noise lies in time.</summary>
    public NoiseTime NoiseTime { get; init; }

    /// <summary>How voxels are made from the candidates that cover them.</summary>
    public VoteRule Vote { get; init; }

    /// <summary>How nearest neighbours are searched.</summary>
    public SearchMethod Search { get; init; }

    /// <summary>What the run computes with.</summary>
    public Engine Engine { get; init; }
}
