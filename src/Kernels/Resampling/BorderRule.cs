namespace Vgpnn.Kernels.Resampling;

/// <summary>What a resampling filter sees beyond the border.</summary>
public enum BorderRule
{
    /// <summary>The volume reflected at its border, the edge sample repeated.</summary>
    Mirror,

    /// <summary>
    /// As the official program has it: taps are reflected, but weighted by the distance to the reflected sample. It
    /// distorts the outermost samples and exists only to be compared with that program.
    /// </summary>
    FoldedDistance,
}
