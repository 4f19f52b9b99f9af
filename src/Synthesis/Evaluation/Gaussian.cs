namespace Vgpnn.Synthesis.Evaluation;

/// <summary>A mean, and an unbiased covariance in row-major order.</summary>
internal sealed record Gaussian(double[] Mean, double[] Covariance)
{
    /// <summary>Number of components.</summary>
    public int Dimensions => Mean.Length;

    /// <summary>
    /// The Fréchet distance of two Gaussians (Dowson and Landau 1982): |μ − μ'|² + tr(C + C' − 2(C·C')^½), with
    /// <paramref name="more"/> added to the diagonals of both covariances.
    /// </summary>
    public static double FrechetDistance(Gaussian a, Gaussian b, double more)
    {
        int n = a.Dimensions;
        double[] covariance = Raised(a, more), other = Raised(b, more);
        double distance = 0;
        for (int i = 0; i < n; i++)
        {
            double difference = a.Mean[i] - b.Mean[i];
            distance += (difference * difference) + covariance[(i * n) + i] + other[(i * n) + i];
        }

        // C = Vᵀ·Λ·V, and C·C' has the eigenvalues of (Λ^½·V)·C'·(Λ^½·V)ᵀ.
        double[] scaled = Scaled(covariance, n, Root);
        foreach (double root in Roots(scaled, other, n)) distance -= 2 * root;
        return Math.Max(0, distance);
    }

    /// <summary>
    /// The Fréchet distance in coordinates in which <paramref name="a"/>, with its diagonal raised, has mean 0 and covariance 1, divided by the number of
    /// coordinates: (|W(μ' − μ)|² + Σ(1 − √e)²)/n with the eigenvalues e of W·C'·Wᵀ, W = Λ^−½·V of C = Vᵀ·Λ·V. All directions have the same weight,
    /// however small their variance is.
    /// </summary>
    public static double WhitenedFrechetDistance(Gaussian a, Gaussian b, double more)
    {
        int n = a.Dimensions;
        double[] whitening = Scaled(Raised(a, more), n, value => 1 / Root(value));
        double distance = 0;
        for (int i = 0; i < n; i++)
        {
            double coordinate = 0;
            for (int k = 0; k < n; k++) coordinate += whitening[(i * n) + k] * (b.Mean[k] - a.Mean[k]);
            distance += coordinate * coordinate;
        }

        foreach (double root in Roots(whitening, Raised(b, more), n)) distance += (1 - root) * (1 - root);
        return distance / n;
    }

    private static double[] Raised(Gaussian gaussian, double more)
    {
        int n = gaussian.Dimensions;
        double[] covariance = [.. gaussian.Covariance];
        for (int i = 0; i < n; i++) covariance[(i * n) + i] += more;
        return covariance;
    }

    // The eigenvectors of a covariance as rows, each times a function of its eigenvalue.
    private static double[] Scaled(double[] covariance, int n, Func<double, double> scale)
    {
        (double[] values, double[] vectors) = SymmetricEigen.Decompose(covariance, n);
        for (int i = 0; i < n; i++)
        {
            double factor = scale(values[i]);
            foreach (ref double x in vectors.AsSpan(i * n, n)) x *= factor;
        }

        return vectors;
    }

    // Square roots of the eigenvalues of R·C·Rᵀ.
    private static double[] Roots(double[] r, double[] covariance, int n) =>
        Array.ConvertAll(SymmetricEigen.Decompose(SymmetricEigen.Congruence(r, covariance, n), n).Values, Root);

    // Eigenvalues of a covariance are negative only by rounding.
    private static double Root(double value) => Math.Sqrt(Math.Max(0, value));
}
