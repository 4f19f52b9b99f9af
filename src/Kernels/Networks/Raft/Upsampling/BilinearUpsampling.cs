using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft.Upsampling;

/// <summary>Upsampling of the small network from cells to pixels: bilinear, with the corners of both grids aligned.</summary>
internal static class BilinearUpsampling
{
    private const int Cell = RaftSizes.Cell;

    /// <summary>Computes the flow in pixels.</summary>
    public static void Run(FeatureMap flow, FramePadding padding, Volume<float> output, Workers workers)
    {
        Extent cells = flow.Extent;
        workers.For(output.Extent.H, y =>
        {
            (int h, int nextH, float fh) = Position(y + padding.Top, cells.H);
            Span<float> upper = flow.Row(0, h), lower = flow.Row(0, nextH), target = output.Row(0, y);
            for (int x = 0; x < output.Extent.W; x++)
            {
                (int w, int nextW, float fw) = Position(x + padding.Left, cells.W);
                for (int c = 0; c < 2; c++)
                {
                    float above = ((1 - fw) * upper[(2 * w) + c]) + (fw * upper[(2 * nextW) + c]);
                    float below = ((1 - fw) * lower[(2 * w) + c]) + (fw * lower[(2 * nextW) + c]);
                    target[(2 * x) + c] = Cell * (((1 - fh) * above) + (fh * below));
                }
            }
        });
    }

    private static (int First, int Second, float Fraction) Position(int pixel, int cells)
    {
        float at = pixel * ((cells - 1) / (float)((Cell * cells) - 1));
        int first = Math.Min((int)at, cells - 1);
        return (first, Math.Min(first + 1, cells - 1), at - first);
    }
}
