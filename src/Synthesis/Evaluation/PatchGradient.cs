using Vgpnn.Kernels;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>How much contrast between neighbouring pixels a patch has.</summary>
internal static class PatchGradient
{
    /// <summary>
    /// The mean of √(∂h² + ∂w²) over all samples of a patch that have a neighbour below and one to the right within it; ∂h and ∂w
    /// are the differences to these, channel by channel, in byte units.
    /// </summary>
    public static double Mean(Volume<byte> volume, Extent patch, int index)
    {
        Extent grid = volume.Extent.PatchGrid(patch);
        int channels = volume.Channels, run = (patch.W - 1) * channels;
        int top = index / grid.W % grid.H, left = index % grid.W * channels;
        double sum = 0;
        for (int t = 0; t < patch.T; t++)
        {
            for (int h = 0; h < patch.H - 1; h++)
            {
                ReadOnlySpan<byte> row = volume.Row((index / grid.W / grid.H) + t, top + h)[left..];
                ReadOnlySpan<byte> below = volume.Row((index / grid.W / grid.H) + t, top + h + 1)[left..];
                for (int i = 0; i < run; i++)
                {
                    int dh = below[i] - row[i], dw = row[i + channels] - row[i];
                    sum += Math.Sqrt((dh * dh) + (dw * dw));
                }
            }
        }

        return sum / (patch.T * (patch.H - 1) * run);
    }
}
