namespace Vgpnn.Kernels.Search;

/// <summary>Nearest-neighbour search algorithms.</summary>
public enum SearchMethod
{
    /// <summary>PatchMatch in raster order with jumps and jittered neighbours (default).</summary>
    PatchMatch,

    /// <summary>PatchMatch by jump flooding, with the schedule of the official program.</summary>
    JumpFlood,

    /// <summary>Compares all pairs of patches: exact, quadratic in the number of voxels.</summary>
    Exhaustive,
}
