using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Flow;

/// <summary>A pyramid of a frame's brightness; level 0 is the finest, and each level has half the size of the one before.</summary>
internal static class GreyPyramid
{
    // The coarsest level holds several patches along its shorter side.
    private const int LeastSide = 16;

    /// <summary>Number of levels for a frame of this size, at least one.</summary>
    public static int Levels(int height, int width)
    {
        int levels = 1;
        for (int side = Math.Min(height, width); (side + 1) / 2 >= LeastSide; side = (side + 1) / 2) levels++;
        return levels;
    }

    /// <summary>Number of floats in all levels for a frame of this size.</summary>
    public static long Floats(int height, int width)
    {
        long floats = 0;
        for (int i = Levels(height, width); i > 0; i--, height = (height + 1) / 2, width = (width + 1) / 2)
            floats += Plane.Floats(height, width);
        return floats;
    }

    /// <summary>Computes the levels of frame <paramref name="frame"/>, with margins.</summary>
    public static Plane[] Of(Volume<byte> video, int frame, Workers workers)
    {
        (int height, int width) = (video.Extent.H, video.Extent.W);
        var levels = new Plane[Levels(height, width)];
        levels[0] = new Plane(height, width);
        Plane.ForRows(height, workers, y =>
        {
            // ITU-R BT.709 luma.
            ReadOnlySpan<byte> rgb = video.Row(frame, y);
            for (int x = 0; x < width; x++)
                levels[0][y, x] = (0.2126f * rgb[3 * x]) + (0.7152f * rgb[(3 * x) + 1]) + (0.0722f * rgb[(3 * x) + 2]);
        });
        levels[0].Extend();
        for (int i = 1; i < levels.Length; i++) levels[i] = Half(levels[i - 1], workers);
        return levels;
    }

    // Every pixel is the mean of four; the margin supplies the last row and column of odd sizes.
    private static Plane Half(Plane fine, Workers workers)
    {
        var coarse = new Plane((fine.Height + 1) / 2, (fine.Width + 1) / 2);
        Plane.ForRows(coarse.Height, workers, y =>
        {
            for (int x = 0; x < coarse.Width; x++)
            {
                coarse[y, x] = 0.25f * (fine[2 * y, 2 * x] + fine[2 * y, (2 * x) + 1]
                    + fine[(2 * y) + 1, 2 * x] + fine[(2 * y) + 1, (2 * x) + 1]);
            }
        });
        coarse.Extend();
        return coarse;
    }
}
