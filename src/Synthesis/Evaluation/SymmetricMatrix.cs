namespace Vgpnn.Synthesis.Evaluation;

/// <summary>The two factorisations that Fréchet distances need, of square matrices stored row by row.</summary>
internal static class SymmetricMatrix
{
    // Implicit shifts take two or three steps per eigenvalue.
    private const int MostSteps = 60;

    /// <summary>Replaces a positive definite matrix by its lower triangular Cholesky factor L, A = L·Lᵀ; what is above the diagonal is 0.</summary>
    public static void Factor(Span<double> a, int n)
    {
        for (int j = 0; j < n; j++)
        {
            Span<double> rowJ = a.Slice(j * n, n);
            for (int i = j; i < n; i++)
            {
                Span<double> rowI = a.Slice(i * n, n);
                double sum = rowI[j];
                for (int k = 0; k < j; k++) sum -= rowI[k] * rowJ[k];

                // A matrix that is singular but for rounding.
                rowI[j] = i == j ? Math.Sqrt(Math.Max(sum, double.Epsilon)) : sum / rowJ[j];
            }

            rowJ[(j + 1)..].Clear();
        }
    }

    /// <summary>Eigenvalues in no order; the matrix is overwritten.</summary>
    public static void Eigenvalues(Span<double> a, Span<double> values)
    {
        int n = values.Length;
        Span<double> off = stackalloc double[n];
        Tridiagonalise(a, values, off);
        Diagonalise(values, off);
    }

    // Householder reflections from the last row up (Golub and Van Loan, Matrix Computations, section 8.3.1).
    private static void Tridiagonalise(Span<double> a, Span<double> diagonal, Span<double> off)
    {
        int n = diagonal.Length;
        Span<double> p = stackalloc double[n];
        for (int i = n - 1; i > 0; i--)
        {
            Span<double> v = a.Slice(i * n, i);
            double norm = 0;
            foreach (double x in v) norm += x * x;
            double last = v[i - 1], alpha = last > 0 ? -Math.Sqrt(norm) : Math.Sqrt(norm);
            off[i] = alpha;

            // v = row − α·e; the reflection is 1 − v·vᵀ/h with h = |v|²/2.
            double h = norm - (last * alpha);
            if (h <= double.Epsilon) continue;
            v[i - 1] = last - alpha;

            // p = A·v/h from the lower triangle alone.
            p[..i].Clear();
            for (int j = 0; j < i; j++)
            {
                Span<double> row = a.Slice(j * n, i);
                double sum = row[j] * v[j];
                for (int k = 0; k < j; k++)
                {
                    sum += row[k] * v[k];
                    p[k] += row[k] * v[j];
                }

                p[j] += sum;
            }

            for (int j = 0; j < i; j++) p[j] /= h;
            double half = 0;
            for (int j = 0; j < i; j++) half += p[j] * v[j];
            half /= 2 * h;
            for (int j = 0; j < i; j++) p[j] -= half * v[j];
            for (int j = 0; j < i; j++)
            {
                Span<double> row = a.Slice(j * n, i);
                for (int k = 0; k <= j; k++) row[k] -= (v[j] * p[k]) + (p[j] * v[k]);
            }
        }

        for (int i = 0; i < n; i++) diagonal[i] = a[(i * n) + i];
    }

    // The QL algorithm with implicit shifts (section 8.3.3): off[i] is between i − 1 and i.
    private static void Diagonalise(Span<double> d, Span<double> e)
    {
        int n = d.Length;
        for (int i = 1; i < n; i++) e[i - 1] = e[i];
        e[n - 1] = 0;
        for (int l = 0; l < n; l++)
        {
            for (int step = 0; step < MostSteps; step++)
            {
                int m = l;
                for (; m < n - 1; m++)
                {
                    double size = Math.Abs(d[m]) + Math.Abs(d[m + 1]);
                    if (Math.Abs(e[m]) <= double.Epsilon || Math.Abs(e[m]) + size == size) break;
                }

                if (m == l) break;
                double g = (d[l + 1] - d[l]) / (2 * e[l]), r = Math.Sqrt((g * g) + 1);
                g = d[m] - d[l] + (e[l] / (g + Math.CopySign(r, g)));
                double s = 1, c = 1, shift = 0;
                int i = m - 1;
                for (; i >= l; i--)
                {
                    double f = s * e[i], b = c * e[i];
                    r = Math.Sqrt((f * f) + (g * g));
                    e[i + 1] = r;
                    if (r == 0) break;
                    (s, c) = (f / r, g / r);
                    g = d[i + 1] - shift;
                    double t = ((d[i] - g) * s) + (2 * c * b);
                    shift = s * t;
                    d[i + 1] = g + shift;
                    g = (c * t) - b;
                }

                if (r == 0 && i >= l)
                {
                    d[i + 1] -= shift;
                    e[m] = 0;
                    continue;
                }

                d[l] -= shift;
                e[l] = g;
                e[m] = 0;
            }
        }
    }
}
