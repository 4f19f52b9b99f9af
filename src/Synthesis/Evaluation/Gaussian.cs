using Vgpnn.Kernels;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>A mean and an unbiased covariance, the latter row by row.</summary>
internal sealed record Gaussian(double[] Mean, double[] Covariance)
{
    /// <summary>Numbers in a sample.</summary>
    public int Dimensions => Mean.Length;

    /// <summary>
    /// The Fréchet distance of two Gaussians (Dowson and Landau 1982): |μ − μ'|² + tr(C + C' − 2(C·C')^½), with
    /// <paramref name="more"/> added to the diagonals of both covariances.
    /// </summary>
    public static double FrechetDistance(Gaussian a, Gaussian b, double more)
    {
        int n = a.Dimensions;
        double[] factor = Raised(a, more), other = Raised(b, more);
        double distance = 0;
        for (int i = 0; i < n; i++)
        {
            double difference = a.Mean[i] - b.Mean[i];
            distance += (difference * difference) + factor[(i * n) + i] + other[(i * n) + i];
        }

        // C = L·Lᵀ, and C·C' has the eigenvalues of Lᵀ·C'·L.
        SymmetricMatrix.Factor(factor, n);
        double[] product = Congruence(factor, other, n);
        foreach (double root in Roots(product, n)) distance -= 2 * root;
        return Math.Max(0, distance);
    }

    /// <summary>
    /// The same in coordinates in which <paramref name="a"/>, its diagonal raised, has mean 0 and covariance 1, and a mean over the
    /// coordinates: (|W(μ' − μ)|² + Σ(1 − √e)²)/n with the eigenvalues e of W·C'·Wᵀ, W = C^−½. All directions weigh the same, however little
    /// of the variance they have.
    /// </summary>
    public static double WhitenedFrechetDistance(Gaussian a, Gaussian b, double more)
    {
        int n = a.Dimensions;
        double[] factor = Raised(a, more), other = Raised(b, more);
        SymmetricMatrix.Factor(factor, n);
        double[] difference = [.. b.Mean.Zip(a.Mean, (x, y) => x - y)];
        Solve(factor, difference, n);
        double distance = difference.Sum(x => x * x);

        // L⁻¹·C'·L⁻ᵀ: rows, then columns, which are rows of the transpose.
        for (int i = 0; i < n; i++) Solve(factor, other.AsSpan(i * n, n), n);
        Transpose(other, n);
        for (int i = 0; i < n; i++) Solve(factor, other.AsSpan(i * n, n), n);
        foreach (double root in Roots(other, n)) distance += (1 - root) * (1 - root);
        return distance / n;
    }

    private static double[] Raised(Gaussian gaussian, double more)
    {
        int n = gaussian.Dimensions;
        double[] covariance = [.. gaussian.Covariance];
        for (int i = 0; i < n; i++) covariance[(i * n) + i] += more;
        return covariance;
    }

    private static double[] Roots(double[] matrix, int n)
    {
        var values = new double[n];
        SymmetricMatrix.Eigenvalues(matrix, values);
        foreach (ref double value in values.AsSpan()) value = Math.Sqrt(Math.Max(0, value));
        return values;
    }

    // Lᵀ·C·L with L lower triangular.
    private static double[] Congruence(double[] l, double[] c, int n)
    {
        var right = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                AddTo(right.AsSpan(i * n, k + 1), l.AsSpan(k * n, k + 1), c[(i * n) + k]);
        var product = new double[n * n];
        for (int k = 0; k < n; k++)
            for (int i = 0; i <= k; i++)
                AddTo(product.AsSpan(i * n, n), right.AsSpan(k * n, n), l[(k * n) + i]);
        return product;
    }

    private static void AddTo(Span<double> sum, ReadOnlySpan<double> row, double factor)
    {
        for (int i = 0; i < sum.Length; i++) sum[i] += row[i] * factor;
    }

    // L·x = b, in place.
    private static void Solve(double[] l, Span<double> x, int n)
    {
        for (int i = 0; i < n; i++)
        {
            double sum = x[i];
            ReadOnlySpan<double> row = l.AsSpan(i * n, i);
            for (int k = 0; k < i; k++) sum -= row[k] * x[k];
            x[i] = sum / l[(i * n) + i];
        }
    }

    private static void Transpose(double[] a, int n)
    {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++)
                (a[(i * n) + j], a[(j * n) + i]) = (a[(j * n) + i], a[(i * n) + j]);
    }
}
