namespace Vgpnn.Kernels.Networks.Raft.Encoding;

/// <summary>The two published RAFT networks.</summary>
public enum RaftSize
{
    /// <summary>About 1 million weights.</summary>
    Small,

    /// <summary>About 5.3 million weights.</summary>
    Large,
}

/// <summary>Channels of a network.</summary>
/// <param name="Widths">Channels of the encoders at half, quarter and eighth resolution.</param>
/// <param name="Features">Channels of the correlated features.</param>
/// <param name="Hidden">Channels of the state.</param>
/// <param name="Context">Channels of the context, which depends on the first frame only.</param>
/// <param name="Motion">Channels of the motion features, including the two of the flow.</param>
/// <param name="Radius">Radius of lookups around the flow target, in positions of each level.</param>
internal sealed record RaftSizes(int[] Widths, int Features, int Hidden, int Context, int Motion, int Radius)
{
    /// <summary>Levels of the correlation pyramid.</summary>
    public const int Levels = 4;

    /// <summary>Pixels of a frame per position of the iterated flow, along rows and columns.</summary>
    public const int Cell = 8;

    /// <summary>Side of a lookup, in correlations.</summary>
    public int Side => (2 * Radius) + 1;

    /// <summary>Channels of a lookup.</summary>
    public int Lookup => Levels * Side * Side;

    public static RaftSizes Of(RaftSize size) => size == RaftSize.Small
        ? new([32, 64, 96], Features: 128, Hidden: 96, Context: 64, Motion: 82, Radius: 3)
        : new([64, 96, 128], Features: 256, Hidden: 128, Context: 128, Motion: 128, Radius: 4);
}
