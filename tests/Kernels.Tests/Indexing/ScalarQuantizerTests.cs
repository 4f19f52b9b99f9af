using System.Text.Json;
using FsCheck.Fluent;
using Vgpnn.Kernels.Indexing;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Indexing;

public class ScalarQuantizerTests
{
    // Both programs stop before the fixed point, so edges agree to a fraction of the range only.
    private const double OfRange = 0.01;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (JsonElement c in Vectors.Cases("09_kmeans/cases"))
                cases.Add(c.GetProperty("id").GetString()!, c.GetProperty("n_bins").GetInt32());
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Edges_and_bins_agree_with_the_official_program(string id, int bins)
    {
        JsonElement stored = Vectors.Cases("09_kmeans/cases").Single(
            c => c.GetProperty("id").GetString() == id && c.GetProperty("n_bins").GetInt32() == bins);
        double[] expected = stored.GetProperty("edges").Doubles();
        float[] values = [.. Vectors.Array($"09_kmeans/{id}_magnitude").Values.ToArray().Select(v => (float)v)];
        double band = OfRange * (expected[^1] - expected[0]);

        float[] edges = ScalarQuantizer.Edges(values, bins);

        Assert.Equal(expected.Length - 2, edges.Length);
        for (int i = 0; i < edges.Length; i++) Assert.InRange(edges[i], expected[i + 1] - band, expected[i + 1] + band);
        int[] index = Vectors.Array($"09_kmeans/{id}_bins{bins}_index").Ints;
        int compared = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (expected[1..^1].Any(e => Math.Abs(e - values[i]) <= band)) continue;
            Assert.Equal(index[i], ScalarQuantizer.Bin(edges, values[i]));
            compared++;
        }

        Assert.True(compared > values.Length / 3, $"only {compared} of {values.Length} numbers lie clear of an edge");
    }

    [Theory]
    [InlineData(0f, 1)]
    [InlineData(3.5f, 7)]
    [InlineData(-1e30f, 1)]
    public void Equal_numbers_give_no_edges(float value, int count) =>
        Assert.Empty(ScalarQuantizer.Edges(Enumerable.Repeat(value, count).ToArray(), 5));

    [Fact]
    public void Edges_separate_distinct_clusters()
    {
        float[] values = [0, 0.1f, 0.2f, 5, 5.1f, 9.8f, 10];

        float[] edges = ScalarQuantizer.Edges(values, 3);

        Assert.Equal([0, 0, 0, 1, 1, 2, 2], values.Select(v => ScalarQuantizer.Bin(edges, v)));
    }

    [Fact]
    public void Edges_ascend_within_the_range_of_the_numbers() =>
        Properties.Holds(
            from count in Gen.Choose(1, 60)
            from bins in Gen.Choose(1, 12)
            from values in Gen.ListOf(Gen.Choose(-50, 50), count)
            select (bins, values),
            c =>
            {
                float[] values = [.. c.values.Select(v => v / 7f)];
                float[] edges = ScalarQuantizer.Edges(values, c.bins);
                Assert.InRange(edges.Length, 0, Math.Min(c.bins, values.Distinct().Count()) - 1);
                for (int i = 0; i < edges.Length; i++)
                    Assert.True(edges[i] > (i == 0 ? values.Min() : edges[i - 1]) && edges[i] < values.Max());
            });

    [Fact]
    public void Invalid_numbers_and_bin_counts_are_rejected()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ScalarQuantizer.Edges([], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScalarQuantizer.Edges([1, 2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScalarQuantizer.Edges([1, 2], ScalarQuantizer.MaxBins + 1));
    }
}
