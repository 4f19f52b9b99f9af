namespace Vgpnn.Kernels.Networks.Raft.Encoding;

/// <summary>The two published networks.</summary>
public enum RaftSize
{
    /// <summary>About 1 million weights.</summary>
    Small,

    /// <summary>About 5.3 million weights.</summary>
    Large,
}

/// <summary>What the two networks differ in.</summary>
/// <param name="Widths">Channels of the encoders at half, quarter and eighth resolution.</param>
/// <param name="Features">Channels that are correlated.</param>
/// <param name="Hidden">Channels of the state.</param>
/// <param name="Context">Channels of what the first frame alone tells the update.</param>
/// <param name="Motion">Channels of the motion features, the two of the flow included.</param>
/// <param name="Radius">How far correlations are looked up around the flow's target, in pixels of each level.</param>
internal sealed record RaftSizes(int[] Widths, int Features, int Hidden, int Context, int Motion, int Radius)
{
    /// <summary>Levels of the correlation pyramid.</summary>
    public const int Levels = 4;

    /// <summary>Pixels of a frame to a position of the flow that is iterated, in both directions.</summary>
    public const int Cell = 8;

    /// <summary>Correlations along one side of a lookup.</summary>
    public int Side => (2 * Radius) + 1;

    /// <summary>Numbers that a lookup gives.</summary>
    public int Lookup => Levels * Side * Side;

    public static RaftSizes Of(RaftSize size) => size == RaftSize.Small
        ? new([32, 64, 96], Features: 128, Hidden: 96, Context: 64, Motion: 82, Radius: 3)
        : new([64, 96, 128], Features: 256, Hidden: 128, Context: 128, Motion: 128, Radius: 4);
}
