namespace Vgpnn.Kernels.Voting;

/// <summary>How the candidates of a voxel are combined.</summary>
public enum VoteRule
{
    /// <summary>Per-channel median; the lower of the two middle values for an even number of candidates.</summary>
    Median,

    /// <summary>Per-channel arithmetic mean.</summary>
    Mean,

    /// <summary>Mean weighted by a Gaussian over the voxel's position in the patch.</summary>
    Gaussian,
}
