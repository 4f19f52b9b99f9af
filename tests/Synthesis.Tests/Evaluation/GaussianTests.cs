using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Evaluation;

/// <summary>Compares the Fréchet distance of Gaussians and its parts with closed forms.</summary>
public class GaussianTests
{
    private static readonly Gen<(int N, int Seed)> Sizes = from n in Gen.Choose(1, 12) from seed in Gen.Choose(0, 1_000_000) select (n, seed);

    [Fact]
    public void Gaussian_has_distance_0_to_itself() => Properties.Holds(Sizes, c =>
    {
        Gaussian a = Some(c.N, c.Seed);
        Assert.InRange(Gaussian.FrechetDistance(a, a, 0), 0, 1e-10);
        Assert.InRange(Gaussian.WhitenedFrechetDistance(a, a, 0.1), 0, 1e-10);
    });

    [Fact]
    public void Frechet_distance_is_symmetric() => Properties.Holds(Sizes, c =>
    {
        (Gaussian a, Gaussian b) = (Some(c.N, c.Seed), Some(c.N, c.Seed + 1));
        double there = Gaussian.FrechetDistance(a, b, 1e-6);
        Assert.Equal(there, Gaussian.FrechetDistance(b, a, 1e-6), 1e-9 * (1 + there));
    });

    [Fact]
    public void Frechet_distance_is_invariant_under_rotation() => Properties.Holds(Sizes, c =>
    {
        (Gaussian a, Gaussian b) = (Some(c.N, c.Seed), Some(c.N, c.Seed + 1));
        double[] q = Rotation(c.N, c.Seed + 2);
        (Gaussian x, Gaussian y) = (Turned(a, q), Turned(b, q));
        double distance = Gaussian.FrechetDistance(a, b, 1e-6), whitened = Gaussian.WhitenedFrechetDistance(a, b, 0.01);
        Assert.Equal(distance, Gaussian.FrechetDistance(x, y, 1e-6), 1e-9 * (1 + distance));
        Assert.Equal(whitened, Gaussian.WhitenedFrechetDistance(x, y, 0.01), 1e-8 * (1 + whitened));
    });

    /// <summary>Distances of independent coordinates add up, each (μ − μ')² + (σ − σ')².</summary>
    [Fact]
    public void Frechet_distance_of_independent_coordinates_matches_its_closed_form() => Properties.Holds(Sizes, c =>
    {
        var random = new System.Random(c.Seed);
        double[] Numbers() => [.. Enumerable.Range(0, c.N).Select(_ => random.NextDouble() * 3)];
        (double[] m, double[] s, double[] n, double[] t) = (Numbers(), Numbers(), Numbers(), Numbers());
        Gaussian a = new(m, Diagonal([.. s.Select(x => x * x)])), b = new(n, Diagonal([.. t.Select(x => x * x)]));
        double expected = Enumerable.Range(0, c.N).Sum(i => Math.Pow(m[i] - n[i], 2) + Math.Pow(s[i] - t[i], 2));
        Assert.Equal(expected, Gaussian.FrechetDistance(a, b, 0), 1e-9);

        // Whitened by the first one's deviations.
        double[] r = [.. s.Select(x => Math.Sqrt((x * x) + 0.01))];
        expected = Enumerable.Range(0, c.N).Sum(i => Math.Pow((m[i] - n[i]) / r[i], 2) + Math.Pow(1 - (Math.Sqrt((t[i] * t[i]) + 0.01) / r[i]), 2)) / c.N;
        Assert.Equal(expected, Gaussian.WhitenedFrechetDistance(a, b, 0.01), 1e-9 * (1 + expected));
    });

    /// <summary>In two dimensions tr (CC')^½ = √(tr CC' + 2 √det CC').</summary>
    [Fact]
    public void Frechet_distance_in_two_dimensions_matches_its_closed_form() => Properties.Holds(Gen.Choose(0, 1_000_000), seed =>
    {
        (Gaussian a, Gaussian b) = (Some(2, seed), Some(2, seed + 1));
        double[] p = Multiply(a.Covariance, b.Covariance, 2);
        double root = Math.Sqrt(p[0] + p[3] + (2 * Math.Sqrt(Math.Max(0, (p[0] * p[3]) - (p[1] * p[2])))));
        double expected = Math.Pow(a.Mean[0] - b.Mean[0], 2) + Math.Pow(a.Mean[1] - b.Mean[1], 2)
            + a.Covariance[0] + a.Covariance[3] + b.Covariance[0] + b.Covariance[3] - (2 * root);
        Assert.Equal(expected, Gaussian.FrechetDistance(a, b, 0), 1e-8 * (1 + expected));
    });

    /// <summary>A covariance of rank 1, as of a static clip or few frames, whose null space adds a known term.</summary>
    [Fact]
    public void Frechet_distance_of_degenerate_covariances_matches_its_closed_form() => Properties.Holds(Sizes, c =>
    {
        const double More = 1e-6;
        double[] q = Rotation(c.N, c.Seed), one = Diagonal([9, .. Enumerable.Repeat(0.0, c.N - 1)]), none = new double[c.N * c.N];
        Gaussian line = new(new double[c.N], Rotated(one, q, c.N)), point = new(new double[c.N], none);
        double expected = Math.Pow(Math.Sqrt(9 + More) - Math.Sqrt(More), 2);
        Assert.Equal(expected, Gaussian.FrechetDistance(line, point, More), 1e-6);
        Assert.Equal(expected, Gaussian.FrechetDistance(point, line, More), 1e-6);
        Assert.Equal(Math.Pow(1 - Math.Sqrt((9 + More) / More), 2) / c.N, Gaussian.WhitenedFrechetDistance(point, line, More), 1e-2);
    });

    /// <summary>The result does not depend on the number of threads or on the provider that a program sets for MathNet.</summary>
    [Fact]
    public void Frechet_distance_has_the_same_bits_for_all_settings_of_MathNet()
    {
        (Gaussian a, Gaussian b) = (Some(225, 1), Some(225, 2));
        int threads = MathNet.Numerics.Control.MaxDegreeOfParallelism;
        try
        {
            (double, double)[] found = [.. Enumerable.Range(1, 3).Select(n =>
            {
                MathNet.Numerics.Control.MaxDegreeOfParallelism = n;
                return (Gaussian.FrechetDistance(a, b, 1e-6), Gaussian.WhitenedFrechetDistance(a, b, 0.01));
            })];
            Assert.Single(found.Distinct());
        }
        finally
        {
            MathNet.Numerics.Control.MaxDegreeOfParallelism = threads;
        }
    }

    [Fact]
    public void Moments_are_means_and_unbiased_covariances_for_any_partition_of_the_vectors() => Properties.Holds(Sizes, c =>
    {
        const int Samples = 20;
        float[] all = RandomVolume.Noise(new Extent(1, 1, Samples), c.N + 1, c.Seed).Samples.ToArray();
        var moments = new Moments(c.N);
        moments.Add(all.AsMemory(0, 7 * (c.N + 1)), c.N + 1, new Workers(1));
        moments.Add(all.AsMemory(7 * (c.N + 1)), c.N + 1, new Workers(2));
        Gaussian found = moments.Fit();
        for (int i = 0; i < c.N; i++)
        {
            double[] x = [.. Enumerable.Range(0, Samples).Select(s => (double)all[(s * (c.N + 1)) + i])];
            Assert.Equal(x.Average(), found.Mean[i], 1e-12);
            for (int j = 0; j < c.N; j++)
            {
                double[] y = [.. Enumerable.Range(0, Samples).Select(s => (double)all[(s * (c.N + 1)) + j])];
                Assert.Equal(x.Zip(y, (p, q) => (p - x.Average()) * (q - y.Average())).Sum() / (Samples - 1), found.Covariance[(i * c.N) + j], 1e-12);
            }
        }
    });

    /// <summary>With fewer frames than channels the distance is computed in a smaller space, without a loss.</summary>
    [Fact]
    public void Distance_with_few_frames_equals_that_of_the_whole_covariance() => Properties.Holds(
        from frames in Gen.Choose(2, 9)
        from others in Gen.Choose(2, 9)
        from channels in Gen.Choose(1, 30)
        from seed in Gen.Choose(0, 1_000_000)
        select (frames, others, channels, seed),
        c =>
        {
            Volume<float> a = RandomVolume.Noise(new Extent(c.frames, 2, 3), c.channels + 2, c.seed), b = RandomVolume.Noise(new Extent(c.others, 2, 3), c.channels + 2, c.seed + 1);
            double expected = Gaussian.FrechetDistance(At(a, c.channels), At(b, c.channels), 1e-6);
            Assert.Equal(expected, FrameGaussians.FrechetDistance(a, b, 1, 2, c.channels, 1e-6), 1e-5 * (1 + expected));
            Assert.InRange(FrameGaussians.FrechetDistance(a, a, 1, 2, c.channels, 1e-6), 0, 1e-7);
        });

    private static Gaussian At(Volume<float> features, int channels)
    {
        var moments = new Moments(channels);
        for (int t = 0; t < features.Extent.T; t++)
            moments.Add(features.Row(t, 1).Slice(2 * features.Channels, features.Channels).ToArray(), features.Channels, new Workers(1));
        return moments.Fit();
    }

    private static Gaussian Some(int n, int seed)
    {
        var random = new System.Random(seed);
        return new Gaussian([.. Enumerable.Range(0, n).Select(_ => random.NextDouble())], Covariance(n, seed));
    }

    // A·Aᵀ of random numbers, with a small diagonal added.
    private static double[] Covariance(int n, int seed)
    {
        var random = new System.Random(seed);
        double[] a = [.. Enumerable.Range(0, n * n).Select(_ => random.NextDouble() - 0.5)], c = Multiply(a, Transpose(a, n), n);
        for (int i = 0; i < n; i++) c[(i * n) + i] += 1e-3;
        return c;
    }

    private static double[] Diagonal(double[] values)
    {
        var matrix = new double[values.Length * values.Length];
        for (int i = 0; i < values.Length; i++) matrix[(i * values.Length) + i] = values[i];
        return matrix;
    }

    // Rotations of pairs of axes, one after the other.
    private static double[] Rotation(int n, int seed)
    {
        var random = new System.Random(seed);
        double[] q = Diagonal([.. Enumerable.Repeat(1.0, n)]);
        for (int i = 0; i < n; i++)
        {
            for (int j = i + 1; j < n; j++)
            {
                (double sin, double cos) = Math.SinCos(random.NextDouble() * 7);
                for (int k = 0; k < n; k++)
                    (q[(i * n) + k], q[(j * n) + k]) = ((cos * q[(i * n) + k]) - (sin * q[(j * n) + k]), (sin * q[(i * n) + k]) + (cos * q[(j * n) + k]));
            }
        }

        return q;
    }

    private static Gaussian Turned(Gaussian a, double[] q)
    {
        int n = a.Dimensions;
        return new Gaussian([.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => q[(i * n) + j] * a.Mean[j]))], Rotated(a.Covariance, q, n));
    }

    private static double[] Rotated(double[] a, double[] q, int n) => Multiply(Multiply(q, a, n), Transpose(q, n), n);

    private static double[] Multiply(double[] a, double[] b, int n) =>
        [.. Enumerable.Range(0, n * n).Select(p => Enumerable.Range(0, n).Sum(k => a[(p / n * n) + k] * b[(k * n) + (p % n)]))];

    private static double[] Transpose(double[] a, int n) => [.. Enumerable.Range(0, n * n).Select(p => a[(p % n * n) + (p / n)])];
}
