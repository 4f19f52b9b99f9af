using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// How much the samples of an input differ from each other: the population standard deviation of every voxel's <see cref="Grey"/> over the samples,
/// averaged over all voxels, divided by the standard deviation of the input's grey voxels. 0: all samples are equal; 1: they differ as much as any two
/// pixels of the input. (Shaham, Dekel and Michaeli, "SinGAN", 2019.)
/// </summary>
internal static class DiversityIndex
{
    // Rounding can give equal numbers a variance slightly below or above zero.
    private const double NoVariance = 1e-6;

    /// <summary>Measures grey volumes.</summary>
    /// <returns>0 or more; <c>null</c> for fewer than two samples, for samples of different sizes, or if all grey values of the input are equal.</returns>
    public static double? Measure(Volume<float> input, IReadOnlyList<Volume<float>> samples)
    {
        if (samples.Count < 2 || samples.Any(s => s.Extent != samples[0].Extent)) return null;
        double sum = 0, squares = 0, spread = 0;
        for (int i = 0; i < input.Count; i++)
        {
            double grey = input.Samples[i];
            sum += grey;
            squares += grey * grey;
        }

        for (int i = 0; i < samples[0].Count; i++) spread += Deviation(samples, i);

        double deviation = Deviation(sum, squares, input.Count);
        return deviation > 0 ? spread / samples[0].Count / deviation : null;
    }

    private static double Deviation(IReadOnlyList<Volume<float>> samples, int at)
    {
        double sum = 0, squares = 0;
        foreach (Volume<float> sample in samples)
        {
            double grey = sample.Samples[at];
            sum += grey;
            squares += grey * grey;
        }

        return Deviation(sum, squares, samples.Count);
    }

    private static double Deviation(double sum, double squares, int count)
    {
        double mean = sum / count, variance = (squares / count) - (mean * mean);
        return variance > NoVariance ? Math.Sqrt(variance) : 0;
    }
}
