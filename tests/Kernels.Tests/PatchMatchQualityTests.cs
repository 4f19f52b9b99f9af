using System.Text.Json;
using Vgpnn.Testing;
using Xunit.Abstractions;

namespace Vgpnn.Kernels.Tests;

/// <summary>How near the approximate searches come to the optimum, on 14,616 patches whose exact matches are stored.</summary>
public class PatchMatchQualityTests(ITestOutputHelper output)
{
    /// <summary>Mean distance over the optimum's and the share of patches at the optimum, as the official program reaches them.</summary>
    [Theory]
    [InlineData("related", 1.0035, 0.93)]
    [InlineData("unrelated", 1.0070, 0.82)]
    public void Jump_flooding_comes_as_near_as_the_official_program(string set, double mean, double exact) =>
        AssertQuality(SearchMethod.JumpFlood, set, mean, exact);

    [Theory]
    [InlineData("related", 1.01, 0.85)]
    [InlineData("unrelated", 1.01, 0.75)]
    public void The_default_search_comes_within_a_hundredth(string set, double mean, double exact) =>
        AssertQuality(SearchMethod.PatchMatch, set, mean, exact);

    private void AssertQuality(SearchMethod method, string set, double mean, double exact)
    {
        var patch = Vectors.Case("08_patchmatch/stats", "query", set).GetProperty("kernel").Extent();
        Volume query = Vectors.Volume($"08_patchmatch/q_{set}_u8", bytes: true), keys = Vectors.Volume("08_patchmatch/k_u8", bytes: true);
        double[] optimum = Vectors.Array($"08_patchmatch/{set}_exact_dist").Values.ToArray();
        for (ulong seed = 0; seed < 3; seed++)
        {
            NearestNeighbourField field = Searches.Run(method, query, keys, patch, threads: 2, seed);
            double ratio = field.MeanDistance() / optimum.Average();
            double share = field.Distances.Zip(optimum).Count(d => d.First <= d.Second * (1 + 1e-5)) / (double)optimum.Length;
            output.WriteLine($"{method}, {set}, seed {seed}: {ratio:F4} of the optimum, {share:P1} at it");
            Assert.All(field.Distances.Zip(optimum), d => Assert.True(d.First >= d.Second * (1 - 1e-5)));
            Assert.InRange(ratio, 1 - 1e-6, mean);
            Assert.InRange(share, exact, 1);
        }
    }
}
