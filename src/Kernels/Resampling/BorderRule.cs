namespace Vgpnn.Kernels.Resampling;

/// <summary>How a resampling filter extends the volume beyond its border.</summary>
public enum BorderRule
{
    /// <summary>Half-sample symmetric reflection: the edge is repeated.</summary>
    Mirror,

    /// <summary>
    /// The rule of the official program: taps are reflected, but weighted by the distance to the reflected position. Distorts the outermost
    /// voxels; exists only for comparison with that program.
    /// </summary>
    FoldedDistance,
}
