using System.Globalization;
using System.Text.Json;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Search;

/// <summary>Compares bidirectional similarity with the weights and matches of the official program.</summary>
public class CompletenessConformanceTests
{
    private static readonly Workers Two = new(2);

    public static TheoryData<string, double> Cases
    {
        get
        {
            var cases = new TheoryData<string, double>();
            foreach (JsonElement c in Vectors.Cases("05_bidi/cases"))
                foreach (JsonElement alpha in c.GetProperty("alphas").EnumerateArray())
                    cases.Add(c.GetProperty("id").GetString()!, alpha.GetProperty("alpha").GetDouble());
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_and_weighted_matches_agree_with_the_official_program(string id, double alpha)
    {
        Extent patch = Vectors.Case("05_bidi/cases", "id", id).GetProperty("kernel").Extent();
        Volume<float> query = Vectors.Volume($"05_bidi/{id}_q"), keys = Vectors.Volume($"05_bidi/{id}_k");
        string stored = string.Create(CultureInfo.InvariantCulture, $"05_bidi/{id}_alpha{alpha}");

        float[] weights = Completeness.Weights(query, keys, patch, alpha, PatchSearches.Create<float>(SearchMethod.Exhaustive), seed: 0, Two);

        AssertNear(Vectors.Array($"{stored}_weight").Values, weights);
        NearestNeighbourField field = Searches.Run(SearchMethod.Exhaustive, query, keys, patch, threads: 2, weights: weights);
        Assert.Equal(Vectors.Array($"{stored}_index").Ints, field.Matches());
        AssertNear(Vectors.Array($"{stored}_score").Values, field.Distances);

        // The purpose of completeness: more of the keys are used.
        Assert.True(field.Matches().Distinct().Count() > Vectors.Array($"05_bidi/{id}_index_plain").Ints.Distinct().Count());
    }

    /// <summary>The weights of bytes and floats for the same α differ only by the unit of distances.</summary>
    [Fact]
    public void Alpha_has_the_same_unit_for_bytes_and_floats()
    {
        var patch = new Extent(3, 5, 5);
        Volume<byte> query = RandomVolume.Blobs<byte>(new Extent(4, 12, 14), 3, 1), keys = RandomVolume.Blobs<byte>(new Extent(4, 13, 12), 3, 2);
        float[] ofBytes = Completeness.Weights(query, keys, patch, 0.5, PatchSearches.Create<byte>(SearchMethod.Exhaustive), 0, Two);
        float[] ofFloats = Completeness.Weights(
            ColourConversion.ToFloat(query), ColourConversion.ToFloat(keys), patch, 0.5, PatchSearches.Create<float>(SearchMethod.Exhaustive), 0, Two);
        Assert.All(ofBytes.Zip(ofFloats), w => Assert.Equal(w.Second, w.First * 127.5 * 127.5, 1e-4 * w.Second));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Alpha_that_is_not_positive_is_rejected(double alpha) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Completeness.Weights(
            RandomVolume.Noise<byte>(new Extent(2, 4, 4), 3, 1), RandomVolume.Noise<byte>(new Extent(2, 4, 4), 3, 2), new Extent(1, 2, 2), alpha,
            PatchSearches.Create<byte>(SearchMethod.Exhaustive), 0, Two));

    private static void AssertNear(ReadOnlySpan<double> expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 2e-6 * Math.Max(1e-3, expected[i]));
    }
}
