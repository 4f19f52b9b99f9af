using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Levels;

public class CoarsestNoiseTests
{
    private static readonly Extent Size = new(5, 30, 40);
    private static readonly Workers One = new(1);

    [Theory]
    [InlineData(NoiseTime.Replicated)]
    [InlineData(NoiseTime.Independent)]
    public void Noise_is_normal_with_the_given_deviation(NoiseTime time)
    {
        Volume<float> z = Noise(2.5, time, 1);
        double mean = z.Samples.ToArray().Average(x => (double)x);
        double deviation = Math.Sqrt(z.Samples.ToArray().Average(x => (double)x * x));
        Assert.Equal(0, mean, 0.1);
        Assert.Equal(2.5, deviation, 0.1);
    }

    [Fact]
    public void Replicated_noise_is_equal_in_all_frames_and_independent_noise_differs()
    {
        Volume<float> replicated = Noise(1, NoiseTime.Replicated, 1), independent = Noise(1, NoiseTime.Independent, 1);
        for (int t = 1; t < Size.T; t++)
        {
            Assert.Equal(replicated.Frame(0), replicated.Frame(t));
            Assert.NotEqual(independent.Frame(0).ToArray(), independent.Frame(t).ToArray());
        }
    }

    [Theory]
    [InlineData(NoiseTime.Replicated)]
    [InlineData(NoiseTime.Independent)]
    public void Output_does_not_depend_on_the_number_of_threads(NoiseTime time) =>
        Assert.Equal(Noise(1, time, 3).Samples, Noise(1, time, 3, threads: 3).Samples);

    [Fact]
    public void Noise_is_independent_between_channels_and_seeds()
    {
        Volume<float> one = Noise(1, NoiseTime.Replicated, 1), other = Noise(1, NoiseTime.Replicated, 2);
        float[] a = one.Frame(0).ToArray(), b = other.Frame(0).ToArray();
        Assert.Equal(0, a.Zip(b).Average(p => (double)p.First * p.Second), 0.06);
        Assert.Equal(0, a.Zip(a.Skip(1)).Average(p => (double)p.First * p.Second), 0.06);
    }

    [Fact]
    public void Noise_is_added_to_the_query()
    {
        Volume<float> query = RandomVolume.Noise(Size, 3, 1);
        Volume<float> before = query.Clone();
        CoarsestNoise.Add(query, 0, NoiseTime.Replicated, 5, One);
        Assert.Equal(before.Samples, query.Samples);
        CoarsestNoise.Add(query, 2, NoiseTime.Replicated, 5, One);
        Volume<float> z = Noise(2, NoiseTime.Replicated, 5);
        for (int i = 0; i < query.Count; i++) Assert.Equal(before.Samples[i] + z.Samples[i], query.Samples[i], 1e-6);
    }

    [Fact]
    public void Automatic_noise_is_the_mean_distance_to_the_nearest_other_patch_clamped_to_2_and_5() =>
        Properties.Holds(
            from size in Properties.Extents(new Extent(2, 6, 6), new Extent(4, 9, 9))
            from patch in Properties.Extents(new Extent(1, 1, 1), new Extent(2, 5, 5))
            from amplitude in Properties.Between(0, 1)
            from seed in Gen.Choose(0, 100_000)
            select (size, patch, amplitude, seed),
            c =>
            {
                Volume<float> coarsest = RandomVolume.Noise(c.size, 3, c.seed);
                foreach (ref float sample in coarsest.Samples) sample *= (float)c.amplitude;
                double expected = Math.Clamp(MeanDistanceToOthers(coarsest, c.patch), 2, 5);
                Assert.Equal(expected, CoarsestNoise.Auto(coarsest, c.patch, weights: null, new Workers(1)), 1e-4);
            },
            count: 40);

    [Fact]
    public void Automatic_noise_of_a_single_patch_is_the_minimum() =>
        Assert.Equal(2, CoarsestNoise.Auto(RandomVolume.Noise(new Extent(3, 7, 7), 3, 1), new Extent(3, 7, 7), weights: null, new Workers(1)));

    [Fact]
    public void Explicit_noise_is_used() =>
        Assert.Equal(0.25, new Generator(TestClip.Blobs(), new MethodOptions { Noise = 0.25 }).ResolveNoise(new Workers(1)));

    private static Volume<float> Noise(double sigma, NoiseTime time, ulong seed, int threads = 1)
    {
        var volume = new Volume<float>(Size, 3);
        CoarsestNoise.Add(volume, sigma, time, seed, new Workers(threads));
        return volume;
    }

    private static double MeanDistanceToOthers(Volume<float> volume, Extent patch)
    {
        Extent grid = volume.Extent.PatchGrid(patch);
        var places = (from t in Enumerable.Range(0, grid.T)
                      from h in Enumerable.Range(0, grid.H)
                      from w in Enumerable.Range(0, grid.W)
                      select (t, h, w)).ToArray();
        return places.Average(a => places.Where(b => b != a).Min(b => Distance(a, b)));

        double Distance((int T, int H, int W) a, (int T, int H, int W) b)
        {
            double sum = 0;
            for (int t = 0; t < patch.T; t++)
                for (int h = 0; h < patch.H; h++)
                    for (int i = 0; i < patch.W * 3; i++)
                    {
                        double d = volume.Row(a.T + t, a.H + h)[(a.W * 3) + i] - (double)volume.Row(b.T + t, b.H + h)[(b.W * 3) + i];
                        sum += d * d;
                    }

            return sum;
        }
    }
}
