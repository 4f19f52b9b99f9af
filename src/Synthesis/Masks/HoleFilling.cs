using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Synthesis.Masks;

/// <summary>
/// Fills the mask smoothly from its surroundings, frame by frame: pixels to fill take the mean of the nearest coarser level of the frame that has known
/// pixels (pull-push: Gortler et al. 1996). It is a first guess, and keeps the content under the mask from affecting its surroundings when the video is
/// reduced.
/// </summary>
internal static class HoleFilling
{
    // Colour times weight, and weight.
    private const int Channels = 4;

    /// <summary>The clip with its masked pixels filled; all others are unchanged.</summary>
    public static Clip Fill(Clip clip, Mask mask, Workers workers)
    {
        var frames = new byte[clip.Frames.Count][];
        workers.For(frames.Length, t => frames[t] = Filled(clip, mask, t));
        return new Clip(frames, clip.Width, clip.Height, clip.FrameRate);
    }

    private static byte[] Filled(Clip clip, Mask mask, int t)
    {
        var whole = new Level(clip.Height, clip.Width);
        for (int h = 0; h < clip.Height; h++)
        {
            ReadOnlySpan<bool> row = mask.Row(t, h);
            for (int w = 0; w < row.Length; w++)
            {
                if (row[w]) continue;
                int at = (h * row.Length) + w;
                for (int c = 0; c < 3; c++) whole.Sums[(at * Channels) + c] = clip.Frames[t][(3 * at) + c];
                whole.Sums[(at * Channels) + 3] = 1;
            }
        }

        whole.Complete();
        byte[] frame = [.. clip.Frames[t]];
        for (int h = 0; h < clip.Height; h++)
        {
            ReadOnlySpan<bool> row = mask.Row(t, h);
            for (int w = 0; w < row.Length; w++)
            {
                int at = (h * row.Length) + w;
                for (int c = 0; c < 3 && row[w]; c++) frame[(3 * at) + c] = (byte)Math.Clamp(whole.Sums[(at * Channels) + c] + 0.5f, 0, 255);
            }
        }

        return frame;
    }

    private sealed class Level(int rows, int columns)
    {
        public float[] Sums { get; } = new float[rows * columns * Channels];

        /// <summary>Gives every pixel of weight 0 a colour, and all pixels the weight 1.</summary>
        public void Complete()
        {
            if (rows == 1 && columns == 1)
            {
                // A frame without known pixels becomes grey.
                if (Sums[3] == 0) Sums.AsSpan(0, 3).Fill(127.5f);
                Sums[3] = 1;
                return;
            }

            Level half = Halved();
            half.Complete();
            for (int h = 0; h < rows; h++)
                for (int w = 0; w < columns; w++)
                    if (Sums[(((h * columns) + w) * Channels) + 3] == 0) half.Sample(h, w, Sums.AsSpan(((h * columns) + w) * Channels, Channels));
        }

        // The mean of the known pixels of each group of four.
        private Level Halved()
        {
            int halfRows = (rows + 1) / 2, halfColumns = (columns + 1) / 2;
            var half = new Level(halfRows, halfColumns);
            for (int h = 0; h < rows; h++)
                for (int w = 0; w < columns; w++)
                    for (int c = 0; c < Channels; c++)
                        half.Sums[((((h / 2) * halfColumns) + (w / 2)) * Channels) + c] += Sums[(((h * columns) + w) * Channels) + c];
            for (int i = 0; i < half.Sums.Length; i += Channels)
            {
                float weight = half.Sums[i + 3];
                if (weight == 0) continue;
                for (int c = 0; c < Channels; c++) half.Sums[i + c] /= weight;
            }

            return half;
        }

        // Bilinear interpolation at pixel (h, w) of the level that is twice as large.
        private void Sample(int h, int w, Span<float> target)
        {
            float y = Math.Clamp((h - 0.5f) / 2, 0, rows - 1), x = Math.Clamp((w - 0.5f) / 2, 0, columns - 1);
            int y0 = (int)y, x0 = (int)x, y1 = Math.Min(y0 + 1, rows - 1), x1 = Math.Min(x0 + 1, columns - 1);
            for (int c = 0; c < Channels; c++)
            {
                float top = Mix(At(y0, x0, c), At(y0, x1, c), x - x0), bottom = Mix(At(y1, x0, c), At(y1, x1, c), x - x0);
                target[c] = Mix(top, bottom, y - y0);
            }
        }

        private float At(int h, int w, int c) => Sums[(((h * columns) + w) * Channels) + c];

        private static float Mix(float a, float b, float part) => a + (part * (b - a));
    }
}
