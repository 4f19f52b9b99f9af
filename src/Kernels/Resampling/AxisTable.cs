namespace Vgpnn.Kernels.Resampling;

/// <summary>
/// Taps and weights that resize one axis with the Keys cubic (a = −½), widened by 1/scale when the axis shrinks, to avoid aliasing. Grid
/// and support match the official program: centred, with exactly the given scale, independent of the sizes.
/// </summary>
internal sealed class AxisTable
{
    private const double Epsilon = 1.0 / (1 << 23);

    private AxisTable(int taps, int[] index, float[] weight)
    {
        Taps = taps;
        Index = index;
        Weight = weight;
    }

    /// <summary>Taps per output position.</summary>
    public int Taps { get; }

    /// <summary>Source position of each tap, [output, tap].</summary>
    public int[] Index { get; }

    /// <summary>Weight of each tap, [output, tap]; the weights of one output position sum to 1.</summary>
    public float[] Weight { get; }

    public ReadOnlySpan<float> WeightsOf(int output) => Weight.AsSpan(output * Taps, Taps);

    public static AxisTable Build(int input, int output, double scale, BorderRule border)
    {
        if (scale == 1 && input == output) return new AxisTable(1, [.. Enumerable.Range(0, input)], [.. Enumerable.Repeat(1f, input)]);
        double shrink = Math.Min(scale, 1);
        double support = 4 / shrink;
        int taps = (int)Math.Ceiling(support - Epsilon);
        var index = new int[output * taps];
        var weight = new float[output * taps];
        var exact = new double[taps];
        for (int i = 0; i < output; i++)
        {
            double centre = (i / scale) + ((input - 1) / 2.0) - ((output - 1) / (2 * scale));
            int first = (int)Math.Ceiling(centre - (support / 2) - Epsilon);
            double sum = 0;
            for (int j = 0; j < taps; j++)
            {
                int folded = Reflect(first + j, input);
                index[(i * taps) + j] = folded;
                int position = border == BorderRule.Mirror ? first + j : folded;
                sum += exact[j] = Cubic(shrink * (centre - position));
            }

            for (int j = 0; j < taps; j++) weight[(i * taps) + j] = (float)(exact[j] / sum);
        }

        return new AxisTable(taps, index, weight);
    }

    // Half-sample symmetric extension: … 1 0 | 0 1 2 … n−1 | n−1 n−2 …, period 2n.
    private static int Reflect(int i, int n)
    {
        int period = 2 * n;
        int m = ((i % period) + period) % period;
        return m < n ? m : period - 1 - m;
    }

    // Keys 1981, a = −½.
    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        if (x <= 1) return (((1.5 * x) - 2.5) * x * x) + 1;
        return x <= 2 ? (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2 : 0;
    }
}
