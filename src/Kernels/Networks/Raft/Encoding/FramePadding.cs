using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft.Encoding;

/// <summary>
/// A frame as the network takes it: RGB in [−1, 1], both sides a multiple of 8 and at least 64, so that the coarsest level of the
/// correlation has a position. Borders are repeated, half of them before and half behind; an odd one goes behind.
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

    /// <summary>The size with the padding.</summary>
    public Extent Padded { get; }

    /// <summary>An eighth of it: the size of what is iterated.</summary>
    public Extent Cells => new(1, Padded.H / RaftSizes.Cell, Padded.W / RaftSizes.Cell);

    /// <summary>Rows before the first one of the frame.</summary>
    public int Top { get; }

    /// <summary>Columns before the first one of the frame.</summary>
    public int Left { get; }

    /// <summary>Room for a padded frame.</summary>
    public FeatureMap NewMap() => new(Padded, 3, Margin);

    /// <summary>Bytes of it.</summary>
    public long Bytes => FeatureMap.Bytes(Padded, 3, Margin);

    // The first convolution is of 7×7.
    private static Extent Margin => new(0, 3, 3);

    /// <summary>Pads a frame of a video.</summary>
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
