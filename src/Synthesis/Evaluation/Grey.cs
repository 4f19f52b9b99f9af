using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// A video's brightness: 0.2125 R + 0.7154 G + 0.0721 B, the luma of ITU-R BT.709 rounded to four digits. Metrics of motion, sharpness and diversity use it
/// instead of RGB, so that the coarser colours of compressed video do not affect them.
/// </summary>
internal static class Grey
{
    /// <summary>One channel, 0 to 255.</summary>
    public static Volume<float> Of(Volume<byte> rgb)
    {
        var grey = new Volume<float>(rgb.Extent, 1);
        Span<float> target = grey.Samples;
        ReadOnlySpan<byte> source = rgb.Samples;
        for (int i = 0; i < target.Length; i++)
            target[i] = (0.2125f * source[3 * i]) + (0.7154f * source[(3 * i) + 1]) + (0.0721f * source[(3 * i) + 2]);
        return grey;
    }
}
