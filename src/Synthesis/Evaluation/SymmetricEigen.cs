using System.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// Eigenvalues and products of symmetric matrices, by MathNet.Numerics. It calls the managed provider directly, so that the same matrices give the same bits
/// whatever MathNet's global <c>Control</c> is set to.
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
        // The provider uses column-major order: it reads r as Rᵀ.
        double[] half = new double[n * n], product = new double[n * n];
        Provider.MatrixMultiplyWithUpdate(Transpose.Transpose, Transpose.DontTranspose, 1, r, n, n, a, n, n, 0, half);
        Provider.MatrixMultiply(half, n, n, r, n, n, product);
        return product;
    }
}
