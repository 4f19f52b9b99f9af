using System.Text.Json;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Reference;

/// <summary>Compares the naive references, which other tests rely on, with the official program's vectors.</summary>
public class ReferenceTests
{
    [Fact]
    public void Naive_resizing_agrees_with_the_official_tables()
    {
        foreach (JsonElement table in Vectors.Cases("01_resize/tables_1d"))
        {
            int inputSize = table.GetProperty("in_size").GetInt32();
            int[][] taps = table.GetProperty("field_of_view_after_mirror").EnumerateArray().Select(r => Array.ConvertAll(r.Doubles(), x => (int)x)).ToArray();
            double[][] weights = table.GetProperty("weights").EnumerateArray().Select(r => r.Doubles()).ToArray();
            for (int sample = 0; sample < inputSize; sample++)
            {
                var impulse = new double[inputSize];
                impulse[sample] = 1;
                double[] actual = NaiveResize.Axis(
                    impulse, table.GetProperty("out_size").GetInt32(), table.GetProperty("scale").GetDouble(), foldedDistance: true);
                for (int i = 0; i < actual.Length; i++)
                {
                    double expected = taps[i].Zip(weights[i]).Where(p => p.First == sample).Sum(p => p.Second);
                    Assert.Equal(expected, actual[i], 3e-6);
                }
            }
        }
    }

    [Theory]
    [InlineData("k377")]
    [InlineData("k355_ties")]
    public void Naive_search_agrees_with_the_vectors(string id)
    {
        Extent patch = Vectors.Case("03_nn/cases", "id", id).GetProperty("kernel").Extent();
        (int[] index, double[] distance) = NaiveSearch.Search(Vectors.Volume($"03_nn/{id}_q"), Vectors.Volume($"03_nn/{id}_k"), patch);
        Assert.Equal(Vectors.Array($"03_nn/{id}_index").Ints, index);
        Assert.All(Vectors.Array($"03_nn/{id}_dist").Values.ToArray().Zip(distance), p => Assert.Equal(p.First, p.Second, 1e-9));
    }

    [Theory]
    [InlineData(VoteRule.Median, "median", 0)]
    [InlineData(VoteRule.Mean, "mean", 1e-6)]
    [InlineData(VoteRule.Gaussian, "weighted_mean", 1e-6)]
    public void Naive_voting_agrees_with_the_vectors(VoteRule rule, string output, double tolerance)
    {
        foreach (JsonElement vector in Vectors.Cases("04_vote/cases"))
        {
            string id = vector.GetProperty("id").GetString()!;
            Volume<float> expected = Vectors.Volume($"04_vote/{id}_{output}");
            Volume<float> actual = NaiveVote.Vote(
                Vectors.Volume($"04_vote/{id}_v"), Vectors.Array($"04_vote/{id}_index").Ints, expected.Extent,
                vector.GetProperty("kernel").Extent(), rule);
            Near.Assert(expected, actual, tolerance);
        }
    }

    [Fact]
    public void Number_of_candidates_per_voxel_agrees_with_the_vectors()
    {
        foreach (JsonElement vector in Vectors.Cases("04_vote/cases"))
        {
            string id = vector.GetProperty("id").GetString()!;
            Volume<float> values = Vectors.Volume($"04_vote/{id}_v");
            int[] index = Vectors.Array($"04_vote/{id}_index").Ints;
            Extent patch = vector.GetProperty("kernel").Extent();
            Extent output = vector.GetProperty("out_thw").Extent();
            int[] counts = Vectors.Array($"04_vote/{id}_count").Ints;
            Assert.Equal(output.Count, counts.Length);
            for (int i = 0; i < counts.Length; i++)
                Assert.Equal(counts[i], NaiveVote.Candidates(values, index, output, patch, NaiveSearch.Position(i, output), 0).Count);
        }
    }
}
