using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Structure;

/// <summary>The structure of a sketch: its grey values (paper, section 4, sketch to video).</summary>
internal static class SketchStructure
{
    private const int Surroundings = 20;

    /// <summary>T×H×W×1 of the clip's size: 1 for ink, 0 for paper.</summary>
    public static Volume<float> Of(Clip sketch, Ink ink, Workers workers)
    {
        var structure = new Volume<float>(sketch.Extent, 1);
        workers.For(sketch.Frames.Count, t =>
        {
            ReadOnlySpan<byte> rgb = sketch.Frames[t];
            Span<float> to = structure.Frame(t);
            for (int i = 0; i < to.Length; i++)
                to[i] = ((0.2126f * rgb[3 * i]) + (0.7152f * rgb[(3 * i) + 1]) + (0.0722f * rgb[(3 * i) + 2])) / 255;
        });
        bool dark = ink switch { Ink.Dark => true, Ink.Light => false, _ => BorderMean(structure) > 0.5 };
        if (dark)
            foreach (ref float s in structure.Samples) s = 1 - s;
        return structure;
    }

    /// <summary>
    /// The contrast of every voxel to its surroundings: the distance in RGB to the clip smoothed down to about twenty pixels of its shorter side, quantised as
    /// speeds are.
    /// </summary>
    public static Volume<float> Contrast(Clip style, int bins, Workers workers)
    {
        Volume<byte> colours = style.ToBytes();
        Extent extent = colours.Extent;
        double factor = Math.Min(1, (double)Surroundings / extent.ShortSide);
        Extent small = PyramidPlanner.Scaled(extent, new Scale(1, factor, factor));
        Volume<byte> around = Resampler.Resize(
            Resampler.Resize(colours, small, new Scale(1, factor, factor), workers), extent, new Scale(1, 1 / factor, 1 / factor), workers);
        var contrast = new Volume<float>(extent, 1);
        workers.For(extent.T, t =>
        {
            ReadOnlySpan<byte> a = colours.Frame(t), b = around.Frame(t);
            Span<float> to = contrast.Frame(t);
            for (int i = 0; i < to.Length; i++)
            {
                int red = a[3 * i] - b[3 * i], green = a[(3 * i) + 1] - b[(3 * i) + 1], blue = a[(3 * i) + 2] - b[(3 * i) + 2];
                to[i] = MathF.Sqrt((red * red) + (green * green) + (blue * blue));
            }
        });
        return DynamicStructure.Quantised(contrast, bins, workers);
    }

    // Strokes rarely run along the border, so it shows the colour of the paper.
    private static double BorderMean(Volume<float> grey)
    {
        double sum = 0;
        long count = 0;
        Extent extent = grey.Extent;
        for (int t = 0; t < extent.T; t++)
        {
            for (int h = 0; h < extent.H; h++)
            {
                ReadOnlySpan<float> row = grey.Row(t, h);
                int step = h == 0 || h == extent.H - 1 ? 1 : Math.Max(1, extent.W - 1);
                for (int w = 0; w < extent.W; w += step, count++) sum += row[w];
            }
        }

        return sum / count;
    }
}
