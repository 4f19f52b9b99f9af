using Vgpnn.Kernels;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// How much the samples of one input differ from each other: the standard deviation (population) of every voxel's grey
/// over the samples, its mean over all voxels, divided by the standard deviation of the input's grey voxels. 0: all
/// samples are the same; 1: they differ as much as any two pixels of the input. (Shaham, Dekel and Michaeli, "SinGAN", 2019.)
/// </summary>
internal static class DiversityIndex
{
    /// <returns>0 or more; null for fewer than two samples, for sizes that differ, or if the input is of one grey.</returns>
    public static double? Measure(Volume<byte> input, IReadOnlyList<Volume<byte>> samples, Workers workers)
    {
        if (samples.Count < 2 || samples.Any(s => s.Extent != input.Extent)) return null;
        int frames = input.Extent.T, pixels = input.Extent.H * input.Extent.W;
        var spread = new double[frames];
        var sums = new double[frames];
        var squares = new double[frames];
        workers.For(frames, t =>
        {
            for (int i = 0; i < pixels; i++)
            {
                double grey = Grey(input.Frame(t).Slice(3 * i, 3));
                sums[t] += grey;
                squares[t] += grey * grey;
                spread[t] += Deviation(samples, t, 3 * i);
            }
        });
        double deviation = Deviation(sums.Sum(), squares.Sum(), input.Extent.Count);
        return deviation > 0 ? spread.Sum() / input.Extent.Count / deviation : null;
    }

    private static double Deviation(IReadOnlyList<Volume<byte>> samples, int t, int at)
    {
        double sum = 0, squares = 0;
        foreach (Volume<byte> sample in samples)
        {
            double grey = Grey(sample.Frame(t).Slice(at, 3));
            sum += grey;
            squares += grey * grey;
        }

        return Deviation(sum, squares, samples.Count);
    }

    // Rounding can bring the variance of equal numbers a little off zero.
    private static double Deviation(double sum, double squares, long count)
    {
        double mean = sum / count, variance = (squares / count) - (mean * mean);
        return variance > 1e-6 ? Math.Sqrt(variance) : 0;
    }

    // ITU-R BT.709, rounded to four digits.
    private static double Grey(ReadOnlySpan<byte> rgb) => (0.2125 * rgb[0]) + (0.7154 * rgb[1]) + (0.0721 * rgb[2]);
}
