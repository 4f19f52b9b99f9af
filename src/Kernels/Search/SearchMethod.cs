namespace Vgpnn.Kernels.Search;

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
