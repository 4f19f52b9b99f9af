using System.Text.Json;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;
using Xunit.Abstractions;

namespace Vgpnn.Kernels.Tests.Search;

/// <summary>Accuracy of the approximate searches on 14,616 patches with stored exact matches.</summary>
public class PatchMatchQualityTests(ITestOutputHelper output)
{
    private static readonly Extent Patch = new(3, 7, 7);

    /// <summary>The official program reaches at worst 1.0030 and 1.0065 of the optimum, with 93.6 % and 83.0 % exact matches.</summary>
    [Theory]
    [InlineData("related", 1.0035, 0.93)]
    [InlineData("unrelated", 1.0070, 0.82)]
    public void Jump_flooding_is_as_accurate_as_the_official_program(string set, double mean, double exact) =>
        AssertQuality(SearchMethod.JumpFlood, set, iterations: 1, mean, exact);

    [Theory]
    [InlineData("related", 1.016, 0.75)]
    [InlineData("unrelated", 1.032, 0.49)]
    public void Default_search_from_scratch_is_within_its_limits(string set, double mean, double exact) =>
        AssertQuality(SearchMethod.PatchMatch, set, iterations: 1, mean, exact);

    /// <summary>Accuracy after the five EM iterations of a level with a constant query.</summary>
    [Theory]
    [InlineData("related", 1.008, 0.86)]
    [InlineData("unrelated", 1.014, 0.69)]
    public void Default_search_after_five_iterations_is_within_its_limits(string set, double mean, double exact) =>
        AssertQuality(SearchMethod.PatchMatch, set, iterations: 5, mean, exact);

    /// <summary>Tests both component types: distances of bytes are 127.5² times those of floats in [−1, 1].</summary>
    private void AssertQuality(SearchMethod method, string set, int iterations, double mean, double exact)
    {
        Volume<float> query = Vectors.Volume($"08_patchmatch/q_{set}_u8", bytes: true), keys = Vectors.Volume("08_patchmatch/k_u8", bytes: true);
        double[] optimum = Vectors.Array($"08_patchmatch/{set}_exact_dist").Values.ToArray();
        AssertQuality(method, query, keys, optimum, iterations, mean, exact);
        AssertQuality(method, Rounded(query), Rounded(keys), [.. optimum.Select(d => d * 127.5 * 127.5)], iterations, mean, exact);
    }

    private void AssertQuality<T>(
        SearchMethod method, Volume<T> query, Volume<T> keys, double[] optimum, int iterations, double mean, double exact)
        where T : unmanaged
    {
        for (ulong seed = 0; seed < 3; seed++)
        {
            NearestNeighbourField? field = null;
            for (int i = 0; i < iterations; i++)
                field = Searches.Run(method, query, keys, Patch, threads: 2, Hash.Derive(seed, (ulong)i), field, iteration: i);
            double ratio = field!.MeanDistance() / optimum.Average();
            double share = field.Distances.Zip(optimum).Count(d => d.First <= d.Second * (1 + 1e-5)) / (double)optimum.Length;
            output.WriteLine($"{method}, {typeof(T).Name}, seed {seed}, {iterations} iterations: {ratio:F4} of the optimum, {share:P1} at it");
            Assert.All(field.Distances.Zip(optimum), d => Assert.True(d.First >= d.Second * (1 - 1e-5)));
            Assert.InRange(ratio, 1 - 1e-6, mean);
            Assert.InRange(share, exact, 1);
        }
    }

    private static Volume<byte> Rounded(Volume<float> floats)
    {
        var bytes = new Volume<byte>(floats.Extent, floats.Channels);
        for (int i = 0; i < bytes.Count; i++) bytes.Samples[i] = ColourConversion.ToByte(floats.Samples[i]);
        return bytes;
    }
}
