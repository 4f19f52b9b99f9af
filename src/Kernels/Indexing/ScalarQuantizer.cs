namespace Vgpnn.Kernels.Indexing;

/// <summary>
/// One-dimensional k-means (Lloyd 1982) that sorts numbers into a few bins. Centres start at the middles of equal intervals, a bin that
/// becomes empty takes the number farthest from its centre, and iterations stop when the centres move by less than 0.0001 of the
/// variance: the rules of scikit-learn's <c>KBinsDiscretizer</c>, which the official program uses.
/// <para>
/// Iterations run over a histogram of 65,536 cells, each represented by the mean of its numbers, so that their cost does not depend on how
/// many numbers there are, and no copy is needed.
/// </para>
/// </summary>
public static class ScalarQuantizer
{
    /// <summary>Maximum number of bins.</summary>
    public const int MaxBins = 64;

    private const int Cells = 1 << 16;
    private const int MaxIterations = 300;
    private const double Tolerance = 1e-4;

    // Narrower bins are merged.
    private const double Narrowest = 1e-8;

    /// <summary>
    /// Returns the edges between bins in ascending order: one fewer than bins, fewer still if there are fewer distinct numbers, and an empty
    /// array if all numbers are equal.
    /// </summary>
    /// <param name="values">Finite numbers, at least one.</param>
    /// <param name="bins">Number of bins, 1 to <see cref="MaxBins"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no numbers, or <paramref name="bins"/> is out of range.</exception>
    public static float[] Edges(ReadOnlySpan<float> values, int bins)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Length, nameof(values));
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, MaxBins);
        var histogram = new Histogram(values);
        if (histogram.Min == histogram.Max) return [];
        double[] centres = Lloyd(histogram, bins);
        var edges = new List<float>();
        double before = histogram.Min;
        for (int i = 1; i < centres.Length; i++)
        {
            double edge = (centres[i - 1] + centres[i]) / 2;
            if (edge - before <= Narrowest || histogram.Max - edge <= Narrowest) continue;
            edges.Add((float)edge);
            before = edge;
        }

        return [.. edges];
    }

    /// <summary>Returns the bin of a number: the count of edges at or below it.</summary>
    public static int Bin(ReadOnlySpan<float> edges, float value)
    {
        int bin = 0;
        while (bin < edges.Length && edges[bin] <= value) bin++;
        return bin;
    }

    private static double[] Lloyd(Histogram histogram, int bins)
    {
        double[] centres = [.. Enumerable.Range(0, bins).Select(i => histogram.Min + ((histogram.Max - histogram.Min) * (i + 0.5) / bins))];
        double enough = Tolerance * histogram.Variance;
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            double[] moved = histogram.Means(centres);
            Array.Sort(moved);
            bool settled = moved.Length == centres.Length && centres.Zip(moved, (a, b) => (a - b) * (a - b)).Sum() <= enough;
            centres = moved;
            if (settled) break;
        }

        return centres;
    }

    private sealed class Histogram
    {
        private readonly double[] _mean;
        private readonly long[] _count;

        public Histogram(ReadOnlySpan<float> values)
        {
            Min = float.PositiveInfinity;
            Max = float.NegativeInfinity;
            foreach (float value in values) (Min, Max) = (Math.Min(Min, value), Math.Max(Max, value));
            var sums = new double[Cells];
            var counts = new long[Cells];
            double perValue = Max > Min ? (Cells - 1) / ((double)Max - Min) : 0, sum = 0, squares = 0;
            foreach (float value in values)
            {
                int cell = (int)((value - (double)Min) * perValue);
                sums[cell] += value;
                counts[cell]++;
                sum += value;
                squares += (double)value * value;
            }

            Variance = (squares / values.Length) - (sum / values.Length * (sum / values.Length));
            int[] used = [.. Enumerable.Range(0, Cells).Where(c => counts[c] > 0)];
            _mean = [.. used.Select(c => sums[c] / counts[c])];
            _count = [.. used.Select(c => counts[c])];
        }

        public float Min { get; }

        public float Max { get; }

        public double Variance { get; }

        /// <summary>Returns the new positions of the sorted centres, without those of empty bins.</summary>
        public double[] Means(double[] centres)
        {
            int bins = centres.Length;
            var sum = new double[bins];
            var count = new long[bins];
            var first = new int[bins];
            var end = new int[bins];
            for (int bin = 0, cell = 0; bin < bins; bin++)
            {
                // The first of equally near centres wins.
                double edge = bin + 1 < bins ? (centres[bin] + centres[bin + 1]) / 2 : double.PositiveInfinity;
                first[bin] = cell;
                for (; cell < _mean.Length && _mean[cell] <= edge; cell++)
                {
                    sum[bin] += _mean[cell] * _count[cell];
                    count[bin] += _count[cell];
                }

                end[bin] = cell;
            }

            foreach (int empty in Enumerable.Range(0, bins).Where(b => first[b] == end[b]).ToArray())
                Refill(empty, centres, sum, count, first, end);
            return [.. Enumerable.Range(0, bins).Where(b => count[b] > 0).Select(b => sum[b] / count[b])];
        }

        // The numbers farthest from their centre lie at the ends of a bin; taking one exposes the next.
        private void Refill(int empty, double[] centres, double[] sum, long[] count, int[] first, int[] end)
        {
            double farthest = 0;
            int from = -1, cell = -1;
            for (int bin = 0; bin < centres.Length; bin++)
            {
                if (first[bin] == end[bin]) continue;
                foreach (int at in (int[])[first[bin], end[bin] - 1])
                {
                    double distance = Math.Abs(_mean[at] - centres[bin]);
                    if (distance > farthest) (farthest, from, cell) = (distance, bin, at);
                }
            }

            if (from < 0 || count[from] == 1) return;
            sum[empty] = _mean[cell];
            count[empty] = 1;
            sum[from] -= _mean[cell];
            count[from]--;
            if (cell == first[from]) first[from]++;
            else end[from]--;
        }
    }
}
