using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>Contrast between neighbouring pixels of a patch.</summary>
internal static class PatchGradient
{
    /// <summary>
    /// The mean of √(∂h² + ∂w²) over all voxels that have a neighbour below and one to the right in the patch; ∂h and ∂w are the differences of their grey.
    /// </summary>
    public static double Mean(Volume<float> grey, Extent patch, int index)
    {
        Extent grid = grey.Extent.PatchGrid(patch);
        int first = index / grid.W / grid.H, top = index / grid.W % grid.H, left = index % grid.W;
        double sum = 0;
        for (int t = 0; t < patch.T; t++)
        {
            for (int h = 0; h < patch.H - 1; h++)
            {
                ReadOnlySpan<float> row = grey.Row(first + t, top + h)[left..];
                ReadOnlySpan<float> below = grey.Row(first + t, top + h + 1)[left..];
                for (int i = 0; i < patch.W - 1; i++)
                {
                    float dh = below[i] - row[i], dw = row[i + 1] - row[i];
                    sum += Math.Sqrt((dh * dh) + (dw * dw));
                }
            }
        }

        return sum / (patch.T * (patch.H - 1) * (patch.W - 1));
    }
}
