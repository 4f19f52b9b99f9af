using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Tests.Reference;

/// <summary>Reference for antialiased bicubic resizing: one output position of one axis at a time, in doubles.</summary>
internal static class NaiveResize
{
    /// <param name="foldedDistance">Use the official border rule, which weights a reflected tap by the distance to the reflected position.</param>
    public static double[] Axis(ReadOnlySpan<double> input, int outputSize, double scale, bool foldedDistance)
    {
        var output = new double[outputSize];
        double stretch = Math.Min(1, scale);
        double support = 4 / stretch;
        for (int i = 0; i < outputSize; i++)
        {
            double centre = (i / scale) + ((input.Length - 1) / 2.0) - ((outputSize - 1) / (2 * scale));
            int first = (int)Math.Ceiling(centre - (support / 2) - Math.ScaleB(1, -23));
            int taps = (int)Math.Ceiling(support - Math.ScaleB(1, -23));
            double sum = 0, weights = 0;
            for (int tap = first; tap < first + taps; tap++)
            {
                int sample = Mirror(tap, input.Length);
                double weight = Cubic(stretch * (centre - (foldedDistance ? sample : tap)));
                sum += weight * input[sample];
                weights += weight;
            }

            output[i] = sum / weights;
        }

        return output;
    }

    /// <summary>Resizes all three axes in the order of ascending scale, as the official program does.</summary>
    public static Volume<float> Resize(Volume<float> source, Extent output, Scale scale, bool foldedDistance)
    {
        double[] scales = [scale.T, scale.H, scale.W];
        int[] sizes = [source.Extent.T, source.Extent.H, source.Extent.W];
        int[] targets = [output.T, output.H, output.W];
        var data = Array.ConvertAll(source.Samples.ToArray(), x => (double)x);
        foreach (int axis in Enumerable.Range(0, 3).OrderBy(a => scales[a]))
        {
            if (scales[axis] == 1 && sizes[axis] == targets[axis]) continue;
            int inner = sizes.Skip(axis + 1).Aggregate(source.Channels, (a, b) => a * b);
            int outer = sizes.Take(axis).Aggregate(1, (a, b) => a * b);
            var result = new double[outer * targets[axis] * inner];
            var line = new double[sizes[axis]];
            for (int o = 0; o < outer; o++)
            {
                for (int n = 0; n < inner; n++)
                {
                    for (int i = 0; i < line.Length; i++) line[i] = data[(((o * line.Length) + i) * inner) + n];
                    double[] resized = Axis(line, targets[axis], scales[axis], foldedDistance);
                    for (int i = 0; i < resized.Length; i++) result[(((o * resized.Length) + i) * inner) + n] = resized[i];
                }
            }

            data = result;
            sizes[axis] = targets[axis];
        }

        var volume = new Volume<float>(output, source.Channels);
        for (int i = 0; i < data.Length; i++) volume.Samples[i] = (float)data[i];
        return volume;
    }

    private static int Mirror(int index, int size)
    {
        int folded = ((index % (2 * size)) + (2 * size)) % (2 * size);
        return folded < size ? folded : (2 * size) - 1 - folded;
    }

    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x <= 1 ? (1.5 * x * x * x) - (2.5 * x * x) + 1
            : x <= 2 ? (-0.5 * x * x * x) + (2.5 * x * x) - (4 * x) + 2
            : 0;
    }
}
