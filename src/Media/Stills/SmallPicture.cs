using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Media.Stills;

/// <summary>Pictures for people who watch: WebP of bounded weight, whatever their content.</summary>
public static class SmallPicture
{
    /// <summary>The encoding of every picture of this class.</summary>
    public const string MediaType = "image/webp", Extension = ".webp";

    /// <summary>Maximum number of bytes.</summary>
    public const int MaxBytes = 60_000;

    // Below the last one blocks show: a smaller picture looks better.
    private static readonly int[] Qualities = [75, 50, 25];

    /// <summary>Encodes a frame; one that is too heavy or too large loses quality first, then size.</summary>
    /// <param name="pixels">RGB, 3·width·height bytes.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static byte[] Encode(byte[] pixels, int width, int height) => Encode(pixels, new Extent(1, height, width));

    /// <summary>Encodes frames, one below the other; their number stays.</summary>
    /// <param name="pixels">T×H×W×3 bytes.</param>
    /// <param name="size">T×H×W, with at most <see cref="StillImage.MaxWebPSide"/> frames.</param>
    internal static byte[] Encode(byte[] pixels, Extent size)
    {
        while (true)
        {
            if (size.W <= StillImage.MaxWebPSide && size.T * size.H <= StillImage.MaxWebPSide)
            {
                foreach (int quality in Qualities)
                {
                    byte[] picture = StillImage.WebP(pixels, size.W, size.T * size.H, quality);
                    if (picture.Length <= MaxBytes) return picture;
                }
            }

            if (size.H == 1 && size.W == 1) throw new ArgumentException("there are too many frames", nameof(size));
            (pixels, size) = Halve(pixels, size);
        }
    }

    // The mean of two by two pixels; at an odd edge of those that are there.
    private static (byte[] Pixels, Extent Size) Halve(byte[] pixels, Extent size)
    {
        var half = new Extent(size.T, (size.H + 1) / 2, (size.W + 1) / 2);
        var result = new byte[3 * half.Count];
        int at = 0;
        for (int t = 0; t < half.T; t++)
        {
            for (int h = 0; h < half.H; h++)
            {
                int above = Row(t, 2 * h), below = Row(t, Math.Min((2 * h) + 1, size.H - 1));
                for (int w = 0; w < half.W; w++)
                {
                    int left = 3 * 2 * w, right = 3 * Math.Min((2 * w) + 1, size.W - 1);
                    for (int c = 0; c < 3; c++)
                        result[at++] = (byte)((pixels[above + left + c] + pixels[above + right + c] + pixels[below + left + c] + pixels[below + right + c] + 2) / 4);
                }
            }
        }

        return (result, half);

        int Row(int t, int h) => 3 * size.W * ((t * size.H) + h);
    }
}
