using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// The share of a sample's frames that equal a frame of the input. A frame is cut into blocks of 16×16 pixels (incomplete blocks are ignored); it is a copy
/// if 99 % of its blocks differ by at most 12 grey levels (root mean square over pixels and channels): compression stays below that, a moved object
/// does not.
/// </summary>
internal static class CopiedFrames
{
    private const int Block = 16;
    private const double Percentile = 0.99;
    private const double MaxRootMeanSquare = 12;

    /// <returns>0 to 1; <c>null</c> if the frame sizes differ, or frames are smaller than a block.</returns>
    public static double? Share(Volume<byte> input, Volume<byte> sample, Workers workers)
    {
        Extent size = sample.Extent;
        if (size.H != input.Extent.H || size.W != input.Extent.W || size.ShortSide < Block) return null;
        int copies = 0;
        workers.For(size.T, t =>
        {
            for (int other = 0; other < input.Extent.T; other++)
            {
                if (!IsCopy(sample, t, input, other)) continue;
                Interlocked.Increment(ref copies);
                break;
            }
        });
        return (double)copies / size.T;
    }

    private static bool IsCopy(Volume<byte> a, int t, Volume<byte> b, int other)
    {
        int rows = a.Extent.H / Block, columns = a.Extent.W / Block;
        var squares = new double[rows * columns];
        for (int i = 0; i < squares.Length; i++)
            squares[i] = MeanSquare(a, t, b, other, i / columns * Block, i % columns * Block * a.Channels);
        Array.Sort(squares);

        // The percentile is interpolated between two blocks.
        double rank = Percentile * (squares.Length - 1);
        double low = Math.Sqrt(squares[(int)rank]), high = Math.Sqrt(squares[(int)Math.Ceiling(rank)]);
        return low + ((rank - Math.Floor(rank)) * (high - low)) <= MaxRootMeanSquare;
    }

    private static double MeanSquare(Volume<byte> a, int t, Volume<byte> b, int other, int top, int left)
    {
        int run = Block * a.Channels;
        int sum = 0;
        for (int h = top; h < top + Block; h++)
        {
            ReadOnlySpan<byte> x = a.Row(t, h).Slice(left, run), y = b.Row(other, h).Slice(left, run);
            for (int i = 0; i < run; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
        }

        return (double)sum / (Block * run);
    }
}
