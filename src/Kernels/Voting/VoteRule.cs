namespace Vgpnn.Kernels.Voting;

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
