using Vgpnn.Kernels.RandomNumbers;

namespace Vgpnn.Kernels.Tests.RandomNumbers;

public class HashTests
{
    [Fact]
    public void Normal_numbers_have_the_moments_of_a_normal_distribution()
    {
        double[] z = Enumerable.Range(0, 200_000).Select(i => GaussianNoise.Sample(Hash.Derive(17, (ulong)i))).ToArray();
        double mean = z.Average();
        double variance = z.Average(x => x * x);
        double fourth = z.Average(x => x * x * x * x);
        Assert.Equal(0, mean, 0.01);
        Assert.Equal(1, variance, 0.02);
        Assert.Equal(3, fourth, 0.1);
        Assert.Equal(0.0455, z.Count(x => Math.Abs(x) > 2) / (double)z.Length, 0.003);
    }

    [Fact]
    public void Adjacent_seeds_and_parts_give_uncorrelated_numbers()
    {
        const int N = 50_000;
        double bySeed = 0, byPart = 0;
        for (ulong i = 0; i < N; i++)
        {
            double z = GaussianNoise.Sample(Hash.Derive(i, 5));
            bySeed += z * GaussianNoise.Sample(Hash.Derive(i + 1, 5)) / N;
            byPart += z * GaussianNoise.Sample(Hash.Derive(i, 6)) / N;
        }

        Assert.Equal(0, bySeed, 0.02);
        Assert.Equal(0, byPart, 0.02);
    }

    [Fact]
    public void Logarithm_is_accurate_to_about_the_last_bits()
    {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            double x = random.NextDouble() * Math.Pow(10, random.Next(-12, 12));
            if (x == 0) continue;
            double expected = Math.Log(x);
            Assert.Equal(expected, GaussianNoise.Log(x), 4e-15 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Fact]
    public void Bounded_numbers_cover_their_range_evenly()
    {
        var counts = new int[7];
        for (ulong i = 0; i < 70_000; i++) counts[Hash.Below(Hash.Mix(i), 7)]++;
        Assert.All(counts, n => Assert.InRange(n, 9_600, 10_400));
    }
}
