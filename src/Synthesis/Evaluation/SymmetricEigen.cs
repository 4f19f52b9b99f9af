using System.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// Eigenvalues and products of symmetric matrices, by MathNet.Numerics. Its managed provider is called directly: whatever the process loads or
/// sets in MathNet's global <c>Control</c>, the same matrices give the same bits.
/// </summary>
internal static class SymmetricEigen
{
    private static readonly ManagedLinearAlgebraProvider Provider = ManagedLinearAlgebraProvider.Instance;

    /// <summary>Decomposes a symmetric n×n matrix.</summary>
    /// <returns>Eigenvalues in ascending order, and an n×n matrix whose rows are the unit eigenvectors.</returns>
    public static (double[] Values, double[] Vectors) Decompose(double[] matrix, int n)
    {
        double[] vectors = new double[n * n];
        var values = new Complex[n];
        Provider.EigenDecomp(isSymmetric: true, n, [.. matrix], vectors, values, new double[n * n]);
        return (Array.ConvertAll(values, v => v.Real), vectors);
    }

    /// <summary>Computes R·A·Rᵀ of n×n matrices stored row by row, A symmetric.</summary>
    public static double[] Congruence(double[] r, double[] a, int n)
    {
        // The provider reads columns where there are rows: to it, r is Rᵀ.
        double[] half = new double[n * n], product = new double[n * n];
        Provider.MatrixMultiplyWithUpdate(Transpose.Transpose, Transpose.DontTranspose, 1, r, n, n, a, n, n, 0, half);
        Provider.MatrixMultiply(half, n, n, r, n, n, product);
        return product;
    }
}
