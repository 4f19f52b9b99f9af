using System.Numerics;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>Sums over vectors, to fit a Gaussian. The order of additions depends only on the vectors, not on threads.</summary>
internal sealed class Moments(int dimensions)
{
    // Rows of the matrix per piece of work: few enough to stay in the cache while all vectors are added.
    private const int Rows = 16;

    private readonly double[] _sum = new double[dimensions];
    private readonly double[] _products = new double[dimensions * dimensions];

    /// <summary>Number of vectors added so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds consecutive vectors; the first components of each are used.</summary>
    /// <param name="samples">Whole vectors.</param>
    /// <param name="stride">Components from one vector to the next.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public void Add(ReadOnlyMemory<float> samples, int stride, Workers workers)
    {
        int count = samples.Length / stride;
        workers.For((dimensions + Rows - 1) / Rows, piece =>
        {
            ReadOnlySpan<float> all = samples.Span;
            int first = piece * Rows, end = Math.Min(dimensions, first + Rows);
            var sample = new double[dimensions];
            for (int s = 0; s < count; s++)
            {
                for (int i = 0; i < dimensions; i++) sample[i] = all[(s * stride) + i];
                for (int i = first; i < end; i++)
                {
                    _sum[i] += sample[i];
                    AddTo(_products.AsSpan(i * dimensions, i + 1), sample, sample[i]);
                }
            }
        });
        Count += count;
    }

    /// <summary>The Gaussian of all vectors, two or more.</summary>
    public Gaussian Fit()
    {
        int n = dimensions;
        double[] mean = [.. _sum.Select(s => s / Count)];
        var covariance = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
                covariance[(i * n) + j] = covariance[(j * n) + i] = (_products[(i * n) + j] - (_sum[i] * mean[j])) / (Count - 1);
        return new Gaussian(mean, covariance);
    }

    private static void AddTo(Span<double> sums, ReadOnlySpan<double> row, double factor)
    {
        Span<Vector<double>> vectors = MemoryMarshal.Cast<double, Vector<double>>(sums);
        ReadOnlySpan<Vector<double>> others = MemoryMarshal.Cast<double, Vector<double>>(row);
        for (int i = 0; i < vectors.Length; i++) vectors[i] += others[i] * factor;
        for (int i = vectors.Length * Vector<double>.Count; i < sums.Length; i++) sums[i] += row[i] * factor;
    }
}
