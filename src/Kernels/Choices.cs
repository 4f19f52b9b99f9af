namespace Vgpnn.Kernels;

/// <summary>How the nearest neighbours are searched.</summary>
public enum SearchMethod
{
    /// <summary>PatchMatch in raster order with jumps and jittered neighbours: the default.</summary>
    PatchMatch,

    /// <summary>PatchMatch by jump flooding, the schedule of the official program.</summary>
    JumpFlood,

    /// <summary>Every key patch is tried for every query patch: exact, and quadratic in the number of voxels.</summary>
    Exhaustive,
}

/// <summary>How a voxel is made from the candidates that cover it.</summary>
public enum VoteRule
{
    /// <summary>Channel by channel the median; of an even number the lower of the two middle values.</summary>
    Median,

    /// <summary>Channel by channel the arithmetic mean.</summary>
    Mean,

    /// <summary>The mean, weighted by a Gaussian over the voxel's place in the patch.</summary>
    Gaussian,
}
