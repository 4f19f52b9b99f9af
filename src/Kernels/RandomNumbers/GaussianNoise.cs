namespace Vgpnn.Kernels.RandomNumbers;

/// <summary>
/// Normally distributed numbers derived from hashes. Uses only additions, multiplications, divisions and square roots, which IEEE 754
/// defines to the last bit, so the noise is identical on every machine; library logarithms are not.
/// </summary>
public static class GaussianNoise
{
    /// <summary>Returns a standard normal number that depends on <paramref name="hash"/> only (Marsaglia's polar method).</summary>
    public static double Sample(ulong hash)
    {
        while (true)
        {
            double u = Uniform(hash);
            hash = Hash.Derive(hash, 1);
            double v = Uniform(hash);
            double s = (u * u) + (v * v);
            if (s is > 0 and < 1) return u * Math.Sqrt(-2 * Log(s) / s);
            hash = Hash.Derive(hash, 2);
        }
    }

    // Maps 53 bits to (−1, 1).
    private static double Uniform(ulong hash) => ((Hash.Mix(hash) >> 11) * (2.0 / (1UL << 53))) - 1;

    /// <summary>Natural logarithm of a positive, normal number, to about 1e-15.</summary>
    internal static double Log(double x)
    {
        // x = m·2^e with m in [√½, √2); ln m = 2·artanh((m − 1)/(m + 1)), whose series converges fast there.
        long bits = BitConverter.DoubleToInt64Bits(x);
        int e = (int)((bits >> 52) & 0x7FF) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | (1023L << 52));
        if (m > 1.4142135623730951)
        {
            m /= 2;
            e++;
        }

        double z = (m - 1) / (m + 1);
        double z2 = z * z;
        double sum = 0;
        for (int k = 21; k >= 1; k -= 2) sum = (sum * z2) + (1.0 / k);
        return (2 * z * sum) + (e * 0.6931471805599453);
    }
}
