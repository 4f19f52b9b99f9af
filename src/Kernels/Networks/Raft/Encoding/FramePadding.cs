using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft.Encoding;

/// <summary>
/// Padding of a frame for the network: RGB in [−1, 1], both sides a multiple of 8 and at least 64, so that the coarsest level of the
/// correlation has a position. Borders are repeated, half of the padding on each side and an odd row or column at the end.
/// </summary>
internal readonly struct FramePadding
{
    private const int Least = 64;

    /// <param name="height">Rows of the frame.</param>
    /// <param name="width">Columns of the frame.</param>
    public FramePadding(int height, int width)
    {
        Padded = new Extent(1, Round(height), Round(width));
        (Top, Left) = ((Padded.H - height) / 2, (Padded.W - width) / 2);
    }

    /// <summary>Size including the padding.</summary>
    public Extent Padded { get; }

    /// <summary>Size of the flow that is iterated: an eighth of the padded size.</summary>
    public Extent Cells => new(1, Padded.H / RaftSizes.Cell, Padded.W / RaftSizes.Cell);

    /// <summary>Rows of padding above the frame.</summary>
    public int Top { get; }

    /// <summary>Columns of padding to the left of the frame.</summary>
    public int Left { get; }

    /// <summary>Allocates a map for a padded frame.</summary>
    public FeatureMap NewMap() => new(Padded, 3, Margin);

    /// <summary>Memory of that map, in bytes.</summary>
    public long Bytes => FeatureMap.Bytes(Padded, 3, Margin);

    // The first convolution has a kernel of 7×7.
    private static Extent Margin => new(0, 3, 3);

    /// <summary>Writes a padded frame of a video to a map.</summary>
    public void Fill(FeatureMap map, Volume<byte> video, int frame, Workers workers)
    {
        (int top, int left) = (Top, Left);
        workers.For(Padded.H, y =>
        {
            ReadOnlySpan<byte> source = video.Row(frame, Math.Clamp(y - top, 0, video.Extent.H - 1));
            Span<float> target = map.Row(0, y);
            for (int x = 0; x < map.Extent.W; x++)
            {
                int from = Math.Clamp(x - left, 0, video.Extent.W - 1) * 3;
                for (int c = 0; c < 3; c++) target[(3 * x) + c] = (2 * (source[from + c] / 255f)) - 1;
            }
        });
    }

    private static int Round(int side) => Math.Max(Least, (side + RaftSizes.Cell - 1) / RaftSizes.Cell * RaftSizes.Cell);
}
