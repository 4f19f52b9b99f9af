using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// The Fréchet distance of two Gaussians, each fitted to the features of one position over the frames. There are often fewer frames than channels; in
/// directions that no frame of either video reaches, both variances are equal and add nothing to the distance, so it is computed in coordinates of the
/// space that the frames of both videos span.
/// </summary>
internal static class FrameGaussians
{
    // Squared length of a vector without its part in the basis, relative to its own, from which it adds a direction.
    private const double Rounding = 1e-20;

    /// <param name="a">Features of one video.</param>
    /// <param name="b">Features of the other video.</param>
    /// <param name="h">Row.</param>
    /// <param name="w">Column.</param>
    /// <param name="channels">Number of channels that are used, the first ones.</param>
    /// <param name="diagonal">Added to all variances.</param>
    public static double FrechetDistance(Volume<float> a, Volume<float> b, int h, int w, int channels, double diagonal)
    {
        double[] meanA = new double[channels], meanB = new double[channels];
        double[][] ofA = Deviations(a, h, w, meanA), ofB = Deviations(b, h, w, meanB);
        double shift = 0;
        for (int c = 0; c < channels; c++) shift += (meanA[c] - meanB[c]) * (meanA[c] - meanB[c]);
        if (ofA.Length + ofB.Length < channels)
        {
            List<double[]> basis = Basis([.. ofA, .. ofB]);
            (ofA, ofB) = (Coordinates(ofA, basis), Coordinates(ofB, basis));
        }

        int n = ofA[0].Length;
        return n == 0 ? shift : shift + Gaussian.FrechetDistance(Fit(ofA, n), Fit(ofB, n), diagonal);
    }

    private static double[][] Deviations(Volume<float> features, int h, int w, double[] mean)
    {
        int frames = features.Extent.T;
        var deviations = new double[frames][];
        for (int t = 0; t < frames; t++)
        {
            ReadOnlySpan<float> position = features.Row(t, h).Slice(w * features.Channels, mean.Length);
            deviations[t] = new double[mean.Length];
            for (int c = 0; c < mean.Length; c++)
            {
                deviations[t][c] = position[c];
                mean[c] += position[c] / (double)frames;
            }
        }

        foreach (double[] deviation in deviations)
            for (int c = 0; c < mean.Length; c++) deviation[c] -= mean[c];
        return deviations;
    }

    // Gram–Schmidt, applied twice to each vector because of rounding.
    private static List<double[]> Basis(double[][] vectors)
    {
        var basis = new List<double[]>();
        double largest = vectors.Max(v => Product(v, v));
        foreach (double[] vector in vectors)
        {
            double[] rest = [.. vector];
            for (int pass = 0; pass < 2; pass++)
            {
                foreach (double[] direction in basis)
                {
                    double part = Product(rest, direction);
                    for (int c = 0; c < rest.Length; c++) rest[c] -= part * direction[c];
                }
            }

            double square = Product(rest, rest);
            if (square <= largest * Rounding) continue;
            double norm = Math.Sqrt(square);
            for (int c = 0; c < rest.Length; c++) rest[c] /= norm;
            basis.Add(rest);
        }

        return basis;
    }

    private static double[][] Coordinates(double[][] vectors, List<double[]> basis) =>
        Array.ConvertAll(vectors, v => basis.ConvertAll(b => Product(v, b)).ToArray());

    private static Gaussian Fit(double[][] deviations, int n)
    {
        var covariance = new double[n * n];
        foreach (double[] deviation in deviations)
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    covariance[(i * n) + j] += deviation[i] * deviation[j] / (deviations.Length - 1);
        return new Gaussian(new double[n], covariance);
    }

    private static double Product(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
