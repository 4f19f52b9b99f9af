using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Clips;

/// <summary>Resizes clips to one size.</summary>
internal static class ClipFitting
{
    /// <summary>The clip resized to cover this size, with the excess cropped equally on both sides.</summary>
    public static Clip Cover(Clip clip, int height, int width, Workers workers)
    {
        double scale = Math.Max((double)height / clip.Height, (double)width / clip.Width);
        var size = new Extent(clip.Frames.Count, Math.Max(height, Rounded(clip.Height)), Math.Max(width, Rounded(clip.Width)));
        Volume<byte> covering = Resampler.Resize(clip.ToBytes(), size, new Scale(1, scale, scale), workers);
        int top = (size.H - height) / 2, left = (size.W - width) / 2;
        var frames = new byte[size.T][];
        for (int t = 0; t < size.T; t++)
        {
            frames[t] = new byte[3 * height * width];
            for (int h = 0; h < height; h++)
                covering.Row(t, top + h).Slice(3 * left, 3 * width).CopyTo(frames[t].AsSpan(3 * h * width));
        }

        return new Clip(frames, width, height, clip.FrameRate);

        int Rounded(int side) => (int)Math.Round(side * scale);
    }
}
